using System.Globalization;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Tests.Independent;
using TaserTelemetry.Ledger.Verifying;

namespace TaserTelemetry.Ledger.Tests.Breaking;

/// <summary>Stands outside the process that is killed and holds every acknowledgement and every signed checkpoint it gave.</summary>
internal sealed class Oracle(TemporaryFolder folder)
{
    private readonly List<RememberedCheckpoint> signed = [];
    private ulong acknowledged;

    public string[] Arguments(int groups) => [ChildWriter.Verb, folder.Data, folder.Keys, groups.ToString(CultureInfo.InvariantCulture)];

    /// <summary>Takes one line of the child's output; a line cut short by a kill says nothing.</summary>
    public void Hear(string line)
    {
        var words = line.Split(' ');
        switch (words[0])
        {
            case "open" when words.Length == 2:
                Assert.True(
                    ulong.Parse(words[1], CultureInfo.InvariantCulture) >= acknowledged,
                    $"{line}, {acknowledged} were acknowledged"
                );
                break;
            case "ack" when words.Length == 3:
                Assert.True(
                    ulong.Parse(words[1], CultureInfo.InvariantCulture) >= acknowledged,
                    $"{line}, {acknowledged} were acknowledged"
                );
                acknowledged = ulong.Parse(words[2], CultureInfo.InvariantCulture);
                break;
            case "signed" when words.Length == 3 && Hash256.TryParse(words[2], out var root):
                signed.Add(new RememberedCheckpoint(ulong.Parse(words[1], CultureInfo.InvariantCulture), root, line));
                break;
            default:
                break;
        }
    }

    /// <summary>The log opens; every acknowledged record is there, once, as it was; both verifiers are content.</summary>
    public void Judge(string when)
    {
        using (var log = ChildWriter.Open(folder.Data, folder.Keys))
        {
            Assert.True(log.NextIndex >= acknowledged, $"{when}: {log.NextIndex} records, {acknowledged} were acknowledged");
            using var reader = log.OpenReader(0);
            for (ulong index = 0; index < log.NextIndex; index++)
            {
                Assert.True(reader.Read() == ReadStatus.Record, $"{when}: {reader.Problem}");
                Assert.True(reader.Leaf.SequenceEqual(ChildWriter.ItemAt(index).Leaf.Span), $"{when}: record {index}");
                Assert.Equal(ReceivedState.Present, reader.State);
            }
            acknowledged = log.NextIndex;
        }
        var place = LogPlace.Ledger(folder.Data);
        var result = LedgerVerifier.Run(new VerifyOptions(place) { Remembered = signed, Data = folder.Data });
        Assert.True(result.IsIntact, $"{when}: {string.Join("\n", result.Problems)}");
        var (exitCode, output) = GoVerifier.Run("verify", place.Journal, place.Tlog);
        Assert.True(exitCode == 0, $"{when}: {output}");
    }
}
