using System.Globalization;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.Tests;

namespace TaserTelemetry.FirmwareProtocol.Tests.CReference;

/// <summary>The shared vectors through the C reference: every frame, and the payload of every type that a dock reads.</summary>
public sealed class VectorTests
{
    private static readonly HashSet<string> OfTheFrame = new(StringComparer.Ordinal)
    {
        nameof(Reason.MagicWrong),
        nameof(Reason.VersionUnsupported),
        nameof(Reason.HeaderCheckWrong),
        nameof(Reason.PayloadTooLong),
        nameof(Reason.FrameCheckWrong),
        nameof(Reason.FrameCutShort),
        nameof(Reason.FrameRunsOn),
    };

    [Theory]
    [InlineData("native")]
    [InlineData("big-endian")]
    public async Task Every_shared_vector_means_the_same_in_C(string machine)
    {
        var cases = new Cases();
        var read = 0;
        foreach (var vector in Vectors().Where(vector => vector.Kind == "frame"))
        {
            var found = new FoundFrame(vector);
            cases.Add($"frame {vector.Limit} {Samples.Hex(vector.Bytes)}", found.Header);
            if (found.Payload is { } payload)
            {
                read++;
                cases.Add(payload.Command, payload.Answer);
            }
        }

        Assert.True(read > 20, $"only {read} vectors are of a type that a dock reads");
        await cases.CheckAsync(machine);
    }

    private static IEnumerable<Vector> Vectors()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Campaign.RepositoryRoot, "tests", "vectors"), "*.txt"))
        {
            var (kind, limit, expect) = ("", 0, "");
            List<byte>? bytes = null;
            foreach (var line in File.ReadLines(file))
            {
                var words = line.Split('|')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words is ["end"])
                {
                    yield return new(kind, limit, expect, [.. bytes!]);
                    bytes = null;
                }
                else if (bytes is not null)
                {
                    bytes.AddRange(words.Select(word => byte.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
                }
                else if (words is ["kind", var what])
                {
                    kind = what;
                }
                else if (words is ["limit", var most])
                {
                    limit = int.Parse(most, CultureInfo.InvariantCulture);
                }
                else if (words is ["expect", var what2])
                {
                    expect = what2;
                }
                else if (words is ["hex"])
                {
                    bytes = [];
                }
            }
        }
    }

    private sealed record Vector(string Kind, int Limit, string Expect, byte[] Bytes);

    /// <summary>What the probe must say of a vector: of its frame, then of its payload where a dock reads that type.</summary>
    private sealed class FoundFrame
    {
        public FoundFrame(Vector vector)
        {
            // A stretch between two zeros is all there is: what is incomplete here was cut short (SPEC clause 3.4).
            var reason = vector.Expect == "incomplete" ? nameof(Reason.FrameCutShort) : vector.Expect;
            if (OfTheFrame.Contains(reason))
            {
                Header = Samples.Line((ushort)Enum.Parse<Reason>(reason));
                return;
            }

            var frame = FrameReader.Read(vector.Bytes, vector.Limit).Frame;
            var header = frame.Header;
            Header = Samples.Line(0, (byte)header.Type, (byte)header.Flags, header.Session, header.FrameNumber, header.PayloadBytes);
            if (FromGateway.Types.Contains(header.Type))
            {
                var command = Samples.Line("read", (byte)header.Type, (byte)header.Flags, Samples.Hex(frame.Payload));
                var answer = vector.Expect == "ok" ? FromGateway.Expected(frame) : Samples.Line((ushort)Enum.Parse<Reason>(vector.Expect));
                Payload = (command, answer);
            }
        }

        public string Header { get; }

        public (string Command, string Answer)? Payload { get; }
    }
}
