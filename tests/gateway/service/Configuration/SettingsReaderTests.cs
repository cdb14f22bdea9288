using TaserTelemetry.Gateway.Configuration;

namespace TaserTelemetry.Gateway.Tests.Configuration;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("taser-settings-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_fault_of_a_file_is_told_at_once()
    {
        var result = Read(
            """
            {
              // a comment is allowed
              "dtaa": "/x",
              "mqtt": { "connectionsMax": "many", "lisen": "127.0.0.1:1" },
              "docks": [ { "name": "a b", "force": "avon" } ],
              "limits": { "queueBytesMax": 1 }
            }
            """
        );
        Assert.Contains(result.Faults, f => f.Contains("dtaa is not a setting (in gateway.json). Did you mean data?"));
        Assert.Contains(result.Faults, f => f.Contains("mqtt:connectionsMax must be a whole number, not 'many'"));
        Assert.Contains(result.Faults, f => f.Contains("mqtt:lisen is not a setting") && f.Contains("listen"));
        Assert.Contains(result.Faults, f => f.StartsWith("docks:0:name must be", StringComparison.Ordinal));
        Assert.Contains(result.Faults, f => f.StartsWith("docks:0:armoury must be", StringComparison.Ordinal));
        Assert.Contains(result.Faults, f => f.StartsWith("limits:queueBytesMax must be from 1048576", StringComparison.Ordinal));
        Assert.Equal(6, result.Faults.Count);
    }

    [Fact]
    public void An_option_wins_over_a_variable_and_a_variable_over_the_file()
    {
        Environment.SetEnvironmentVariable("TASER__Name", "from-variable");
        Environment.SetEnvironmentVariable("TASER__Limits__SessionsMax", "77");
        try
        {
            var result = Read(
                """{ "name": "from-file", "journal": { "checkpointSeconds": 3 }, "limits": { "sessionsMax": 5 } }""",
                ("name", "from-option")
            );
            Assert.Empty(result.Faults);
            Assert.Equal("from-option", result.Settings.Name);
            Assert.Equal(77, result.Settings.Limits.SessionsMax);
            Assert.Equal(3, result.Settings.Journal.CheckpointSeconds);
        }
        finally
        {
            Environment.SetEnvironmentVariable("TASER__Name", null);
            Environment.SetEnvironmentVariable("TASER__Limits__SessionsMax", null);
        }
    }

    [Theory]
    [InlineData("""{ "mqtt": { "listen": "0.0.0.0:1883" } }""", "mqtt:listen is 0.0.0.0:1883, which others can reach")]
    [InlineData("""{ "http": { "listen": "[::]:80" } }""", "http:listen is [::]:80, which others can reach")]
    [InlineData("""{ "mqtt": { "listen": "somewhere" } }""", "mqtt:listen must be ADDRESS:PORT")]
    [InlineData("""{ "mqtt": { "broker": "tcp://x" } }""", "mqtt:broker must be mqtt://HOST:PORT")]
    [InlineData("""{ "data": "/a/b", "keys": "/a/b/keys" }""", "must lie outside data")]
    [InlineData("""{ "mqtt": { "broker": "mqtt://h:1", "brokerQueueMessages": 100 } }""", "must lie below mqtt:brokerQueueMessages")]
    [InlineData(
        """{ "docks": [ { "name": "d", "force": "f", "armoury": "a" }, { "name": "d", "force": "f", "armoury": "a" } ] }""",
        "docks names d more than once"
    )]
    [InlineData(
        """{ "docks": [ { "name": "d", "force": "f", "armoury": "a", "publicKey": "AAAA" } ] }""",
        "publicKey of d must be an Ed25519 key"
    )]
    [InlineData("""{ "name": "a", "name": "b" }""", "cannot be read")]
    [InlineData("""{ "name": }""", "cannot be read")]
    public void A_setting_that_cannot_hold_is_refused_with_what_to_do(string json, string fault) =>
        Assert.Contains(Read(json).Faults, f => f.Contains(fault));

    [Fact]
    public void A_file_that_is_not_there_is_said_to_be_so()
    {
        var result = SettingsReader.Read(Path.Combine(folder, "none.json"), []);
        Assert.Contains("does not exist", Assert.Single(result.Faults));
    }

    [Fact]
    public void The_defaults_are_sound_by_themselves() => Assert.Empty(Read("{}").Faults);

    private SettingsResult Read(string json, params (string Key, string Value)[] options)
    {
        var file = Path.Combine(folder, "gateway.json");
        File.WriteAllText(file, json);
        return SettingsReader.Read(file, options.Select(o => new KeyValuePair<string, string?>(o.Key, o.Value)));
    }
}
