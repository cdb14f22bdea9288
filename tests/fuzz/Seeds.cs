using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Tests.Vectors;

namespace TaserTelemetry.Fuzz;

/// <summary>What a fuzzer begins with: every vector through the door it fits, and what earlier runs found worth keeping.</summary>
internal static class Seeds
{
    // A seed that is longer only slows a fuzzer: the large vectors differ in nothing but size.
    private const int SeedBytesMax = 2_048;

    // Shorter ones reach no code that is watched, and AFL++ takes that for a broken target.
    private const int SeedBytesMin = 3;

    /// <summary>One input a line, in hex.</summary>
    public static string CorpusFile { get; } = Path.Combine(Vector.Folder, "..", "fuzz", "corpus.txt");

    /// <summary>All inputs.</summary>
    public static IEnumerable<byte[]> All() => FromVectors().Concat(Kept());

    /// <summary>Writes every seed as a file of its own; answers how many.</summary>
    public static int Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var count = 0;
        foreach (var seed in All().Where(seed => seed.Length is >= SeedBytesMin and <= SeedBytesMax))
        {
            File.WriteAllBytes(Path.Combine(folder, $"{count++:D4}"), seed);
        }

        return count;
    }

    /// <summary>Keeps a folder of inputs, as afl-cmin leaves it, in the corpus file, but for very long ones; answers how many.</summary>
    public static int Keep(string folder)
    {
        var lines = Directory
            .EnumerateFiles(folder)
            .Select(File.ReadAllBytes)
            .Where(input => input.Length <= SeedBytesMax)
            .Select(Convert.ToHexStringLower)
            .Distinct(StringComparer.Ordinal)
            .OrderBy(hex => hex.Length)
            .ThenBy(hex => hex, StringComparer.Ordinal)
            .ToList();
        File.WriteAllLines(CorpusFile, lines);
        return lines.Count;
    }

    private static IEnumerable<byte[]> Kept() =>
        File.Exists(CorpusFile) ? File.ReadLines(CorpusFile).Where(line => line.Length > 0).Select(Convert.FromHexString) : [];

    private static IEnumerable<byte[]> FromVectors()
    {
        foreach (var vector in Vector.All)
        {
            if (vector.Kind == "line")
            {
                yield return [(byte)Door.Line, 7, .. vector.Bytes];
                continue;
            }

            yield return [(byte)Door.Frame, .. vector.Bytes];
            yield return [(byte)Door.Message, .. vector.Bytes, .. vector.Bytes];
            if (vector.Bytes.Length >= FrameHeader.Bytes + FrameHeader.CheckBytes)
            {
                var payload = vector.Bytes.AsSpan()[FrameHeader.Bytes..^FrameHeader.CheckBytes];
                yield return [(byte)Door.Payload, vector.Bytes[2], vector.Bytes[3], .. payload];
            }
        }

        foreach (var said in OtherDoors())
        {
            yield return said;
        }
    }

    private static IEnumerable<byte[]> OtherDoors()
    {
        foreach (var block in Vector.All.Where(v => v.Name.StartsWith("Block-", StringComparison.Ordinal) && v.Expect == "ok"))
        {
            yield return [(byte)Door.Block, .. block.Bytes.AsSpan()[FrameHeader.Bytes..^FrameHeader.CheckBytes]];
        }

        foreach (var batch in Vector.All.Where(v => v.Fields.Any(field => field.Field == "records")))
        {
            var records = batch.Fields.SkipWhile(field => field.Field != "records").Sum(field => field.Bytes) - FrameHeader.CheckBytes;
            yield return [(byte)Door.Records, 1, 0, .. batch.Bytes.AsSpan()[^(records + FrameHeader.CheckBytes)..^FrameHeader.CheckBytes]];
        }

        yield return [(byte)Door.Topic, .. "taser/1/kent/maidstone/dock-1/up/gw-1"u8];
        yield return [(byte)Door.Topic, .. "taser/1/gateways/gw-1/state"u8];
        yield return [(byte)Door.Topic, .. "taser/1/kent/maidstone/dock-1/hello"u8];
        yield return [(byte)Door.Capture, .. Capture()];
    }

    private static byte[] Capture()
    {
        using var stream = new MemoryStream();
        var writer = new FirmwareProtocol.Captures.CaptureWriter(stream, 42);
        foreach (var vector in Vector.All.Where(v => v.Expect == "ok" && v.Kind == "frame").Take(3))
        {
            writer.Write(
                43,
                FirmwareProtocol.Messages.Transport.Serial,
                FirmwareProtocol.Captures.CaptureDirection.Up,
                new("kent", "maidstone", "dock-1"),
                vector.Bytes
            );
        }

        return stream.ToArray();
    }
}
