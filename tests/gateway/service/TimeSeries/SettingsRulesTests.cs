using TaserTelemetry.Gateway.TimeSeries;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

public sealed class SettingsRulesTests
{
    [Fact]
    public void Without_a_url_nothing_is_asked_of_the_influx_settings() => Assert.Empty(Faults(new InfluxSettings { Database = "" }));

    [Theory]
    [InlineData("ftp://x", "taser", "", "", "url must be http")]
    [InlineData("http://user:secret@x", "taser", "", "", "must hold no user")]
    [InlineData("http://influx.example", "taser", "", "/run/secret", "in the clear")]
    [InlineData("http://127.0.0.1:8086", "", "", "", "database is needed")]
    [InlineData("http://127.0.0.1:8086", "taser", "boss", "", "needs")]
    public void Each_wrong_setting_is_named_with_what_to_do(string url, string database, string user, string secret, string words)
    {
        var fault = Assert.Single(
            Faults(
                new InfluxSettings
                {
                    Url = url,
                    Database = database,
                    User = user,
                    SecretFrom = secret,
                }
            )
        );

        Assert.Contains(words, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("user:secret@x is", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_told_at_once() =>
        Assert.Equal(
            3,
            Faults(
                new InfluxSettings
                {
                    Url = "http://127.0.0.1:8086",
                    Api = InfluxApi.V2,
                    User = "boss",
                    SecretFrom = "x",
                    Database = "",
                }
            ).Count
        );

    private static List<string> Faults(InfluxSettings influx)
    {
        var faults = new List<string>();
        TimeSeriesRules.Check(new TimeSeriesSettings { Influx = influx }, faults);
        return faults;
    }
}
