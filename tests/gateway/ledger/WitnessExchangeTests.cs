using System.Text;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Tests.Simulation;
using TaserTelemetry.Ledger.Verifying;

namespace TaserTelemetry.Ledger.Tests;

public sealed class WitnessExchangeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_example_of_the_signed_note_specification_is_accepted_and_not_with_another_text()
    {
        // C2SP signed-note.md, section "Example"
        const string note =
            "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
        var key = VerifierKey.Parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")!;
        Assert.Equal("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", key.ToString());
        Assert.True(SignedNote.Parse(Encoding.UTF8.GetBytes(note))!.IsSignedBy(key));
        Assert.False(
            SignedNote
                .Parse(Encoding.UTF8.GetBytes(note.Replace("example message", "other message", StringComparison.Ordinal)))!
                .IsSignedBy(key)
        );
    }

    [Fact]
    public void A_cosigned_checkpoint_is_kept_published_and_still_verifies()
    {
        var disk = new SimulatedDisk(1);
        var place = LogPlace.Ledger("/data");
        using var log = TamperEvidentLog.Open(
            new LogOptions(place, "/keys")
            {
                Disk = disk,
                SegmentBytes = 4096,
                PrepareAhead = false,
            }
        );
        log.Append(SampleItems.Group(new Random(1), 5));
        var signed = log.TrySign(Noon);
        using var witness = SigningKey.FromSeed("witness.example", new byte[32]);
        var witnessKey = VerifierKey.From("witness.example", SignatureType.CosignatureV1, witness.Verifier.Key)!;
        var line = Cosign(witness, witnessKey, signed.Note!, 1_790_000_000);
        Assert.True(log.TryAddCosignatures(signed.Checkpoint!, [line]));
        Assert.False(log.TryAddCosignatures(signed.Checkpoint!, [line]));
        Assert.True(log.LastNote!.IsSignedBy(witnessKey));
        Assert.True(log.LastNote.IsSignedBy(log.Key));
        Assert.Equal(1_790_000_000UL, Cosignature.TimeOf(log.LastNote.Signatures[1]));
        var result = LedgerVerifier.Run(new VerifyOptions(place) { Disk = disk });
        Assert.True(result.IsIntact, string.Join("\n", result.Problems));
        Assert.Equal(2, result.Checkpoints);
        log.Append(SampleItems.Group(new Random(2), 5));
        log.TrySign(Noon.AddMinutes(1));
        Assert.False(log.TryAddCosignatures(signed.Checkpoint!, [Cosign(witness, witnessKey, signed.Note!, 1_790_000_001)]));
    }

    [Theory]
    [InlineData(409, "text/x.tlog.size", "70\n", WitnessVerdict.HoldsOtherSize, 70)]
    [InlineData(409, "text/plain", "70\n", WitnessVerdict.Failed, 0)]
    [InlineData(409, "text/x.tlog.size", "-70\n", WitnessVerdict.Failed, 0)]
    [InlineData(409, "text/x.tlog.size", "70", WitnessVerdict.Failed, 0)]
    [InlineData(422, "", "", WitnessVerdict.Inconsistent, 0)]
    [InlineData(403, "", "", WitnessVerdict.Unknown, 0)]
    [InlineData(404, "", "", WitnessVerdict.Unknown, 0)]
    [InlineData(500, "", "", WitnessVerdict.Failed, 0)]
    [InlineData(200, "", "", WitnessVerdict.Failed, 0)]
    [InlineData(200, "", "<html>\n", WitnessVerdict.Failed, 0)]
    public void Every_answer_of_a_witness_has_its_meaning(int status, string mediaType, string body, WitnessVerdict verdict, ulong held)
    {
        var answer = WitnessExchange.Answer(status, mediaType, Encoding.UTF8.GetBytes(body));
        Assert.Equal((verdict, held), (answer.Verdict, answer.HeldSize));
    }

    [Fact]
    public void A_request_is_old_size_proof_empty_line_and_checkpoint()
    {
        using var key = SigningKey.FromSeed("example.com/log", new byte[32]);
        var note = new Checkpoint("example.com/log", 3, default).Sign(key);
        var hash = new Hash256();
        Assert.Equal($"old 2\n{hash}\n\n{note}", Encoding.UTF8.GetString(WitnessExchange.Request(2, [hash], note)));
        var answer = WitnessExchange.Answer(200, "", Encoding.UTF8.GetBytes(note.Signatures[0].ToString()));
        Assert.Equal(WitnessVerdict.Cosigned, answer.Verdict);
        Assert.Equal(note.Signatures[0].ToString(), Assert.Single(answer.Cosignatures).ToString());
    }

    private static NoteSignature Cosign(SigningKey witness, VerifierKey key, SignedNote note, ulong seconds)
    {
        var blob = new byte[72];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(blob, seconds);
        witness.Sign(Cosignature.Message(seconds, note.Text)).CopyTo(blob, 8);
        return new NoteSignature(key.Name, key.Id, blob);
    }
}
