using NSec.Cryptography;
using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.FirmwareProtocol.Trust;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.Documents;
using TaserTelemetry.Simulator.World;
using Signature = TaserTelemetry.FirmwareProtocol.Messages.Signature;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>Docks and devices with keys: what they sign holds under the keys that a gateway is given.</summary>
public sealed class SigningTests
{
    private static readonly Lazy<History> World = new(() => Runs.Play("signed-docks"));
    private static readonly Nonce Challenged = new(7, 11);

    private static History Force => World.Value;

    [Fact]
    public void A_challenged_dock_signs_its_hello_and_one_without_a_key_hands_it_back_unsigned()
    {
        Assert.True(HelloOf("signing-a").IsSignedBy(Challenged, Verify));
        Assert.False(HelloOf("signing-a").IsSignedBy(new Nonce(7, 12), Verify));
        Assert.False(HelloOf("plain").Signature.IsPresent);
    }

    [Fact]
    public void Each_head_of_a_capture_holds_but_those_over_records_that_a_dock_altered()
    {
        var (heads, altered) = CapturedHeads();
        Assert.All([HeadGrade.B, HeadGrade.C], grade => Assert.Contains(heads, h => h.Head.Grade == grade));
        Assert.DoesNotContain(heads, h => h.Head.Grade == HeadGrade.A);
        Assert.All(heads.Where(h => !altered.Contains(h.Head.Log.Device)), h => Assert.Equal(Reason.None, h.Judged.Reason));
        // a dock signs what it passed on; a device signed what it wrote
        Assert.All(heads.Where(h => h.Head.Grade == HeadGrade.C), h => Assert.Equal(Reason.None, h.Judged.Reason));
        Assert.Contains(heads, h => h.Head.Grade == HeadGrade.B && h.Judged.Reason == Reason.ChainBroken);
        Assert.All(heads, h => Assert.NotEqual(Reason.HeadSignatureWrong, h.Judged.Reason));
    }

    [Theory]
    [InlineData("signing-a", new[] { HeadGrade.A, HeadGrade.B, HeadGrade.C })]
    [InlineData("plain", new[] { HeadGrade.A, HeadGrade.B })]
    public void Over_a_wire_every_grade_of_head_comes_that_the_truth_names(string dock, HeadGrade[] grades)
    {
        var gateway = new ScriptedGateway();
        var talk = Talk(dock);
        Upload(talk, gateway, grants: true);
        Assert.Equal(DockProgress.Done, talk.Progress);
        Assert.Equal(grades, gateway.Heads.Select(h => h.Grade).Distinct().Order());
        Assert.All(gateway.Heads, h => Assert.True(Verify(h.Signer, h.BytesToSign(), h.Signature)));
        var nonces = gateway.Heads.Where(h => h.Grade == HeadGrade.A).Select(h => h.Nonce).ToList();
        Assert.Equal(nonces.Count, nonces.Distinct().Count());
        var truth = Force.Visits.Where(v => v.Dock.Name == dock).Select(v => SessionHeads.GradeOf(v, live: true)).ToHashSet();
        Assert.All(gateway.Heads, h => Assert.Contains(h.Grade, truth));
    }

    [Fact]
    public void A_device_that_was_granted_no_nonce_signs_over_a_counter_that_rises()
    {
        var gateway = new ScriptedGateway();
        Upload(Talk("plain"), gateway, grants: false);
        Assert.All(gateway.Heads, h => Assert.Equal(HeadGrade.B, h.Grade));
        foreach (var device in gateway.Heads.GroupBy(h => h.Log.Device))
        {
            var counters = device.Select(h => h.Counter).ToList();
            Assert.Equal(counters.Order(), counters);
            Assert.Equal(counters.Count, counters.Distinct().Count());
        }
    }

    [Fact]
    public void The_enrolment_file_names_every_dock_and_device_and_the_keys_of_those_that_sign()
    {
        using var memory = new MemoryStream();
        EnrolmentFile.Write(memory, Force);
        using var file = System.Text.Json.JsonDocument.Parse(memory.ToArray());
        var docks = file.RootElement.GetProperty("docks").EnumerateArray().ToDictionary(d => d.GetProperty("name").GetString()!);
        Assert.Equal(["plain", "signing-a", "signing-b"], docks.Keys.Order());
        Assert.Equal(SigningKeys.PublicKey(1, "signing-a"), docks["signing-a"].GetProperty("publicKey").GetBytesFromBase64());
        Assert.False(docks["plain"].TryGetProperty("publicKey", out _));
        var devices = file.RootElement.GetProperty("devices").EnumerateArray().ToList();
        Assert.Equal(Force.Devices.Count(), devices.Count);
        Assert.Equal(Force.Devices.Count(d => d.Signs), devices.Count(d => d.TryGetProperty("publicKey", out _)));
        Assert.NotEqual(SigningKeys.PublicKey(1, "signing-a"), SigningKeys.PublicKey(2, "signing-a"));
    }

    [Fact]
    public void Docks_in_a_capture_show_receipts_under_the_key_that_they_are_given_and_without_it_none_of_that_gateway()
    {
        using var key = Key.Create(
            NSec.Cryptography.SignatureAlgorithm.Ed25519,
            new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }
        );
        var file = new FileInfo(Path.GetTempFileName());
        try
        {
            File.WriteAllText(file.FullName, "nothing that signs");
            Assert.Null(ReceiptSigner.Read(file));
            var blob = Convert.ToBase64String([1, .. key.Export(KeyBlobFormat.RawPrivateKey)]);
            File.WriteAllText(file.FullName, $"PRIVATE+KEY+gw/receipt+00000000+{blob}\n");
            var force = Runs.Play("scoring");
            var shown = Receipts(force, ReceiptSigner.Read(file)).ToLookup(r => r.Gateway);
            Assert.Equal(force.Visits.Count(v => v.Trust?.Receipt is { Of: not ReceiptOf.Another }), shown["gw1"].Count());
            Assert.All(
                shown["gw1"],
                r => Assert.True(NSec.Cryptography.SignatureAlgorithm.Ed25519.Verify(key.PublicKey, r.BytesToSign(), r.Signature.Bytes))
            );
            Assert.Equal(["gateway-elsewhere"], Receipts(force, null).Select(r => r.Gateway).Distinct());
        }
        finally
        {
            file.Delete();
        }
    }

    private static List<Receipt> Receipts(History force, ReceiptSigner? signer)
    {
        using var capture = new MemoryStream();
        CaptureOutput.Write(capture, force, signer);
        capture.Position = 0;
        var reader = new CaptureReader(capture);
        var shown = new List<Receipt>();
        while (reader.Read(out var entry) == CaptureStatus.Entry)
        {
            if (FrameReader.Read(entry.UntrustedBytes, Limits.MqttPayloadBytesMax).Frame.Decode(out ReceiptShown one).IsNone)
            {
                shown.Add(one.Receipt);
            }
        }

        return shown;
    }

    private static Hello HelloOf(string dock)
    {
        var talk = Talk(dock);
        talk.Connected(Now(0));
        talk.Tick(Now(0));
        Assert.True(talk.TryTake(out var first));
        Assert.True(FrameReader.Read(first.Frame, Limits.MqttPayloadBytesMax).Frame.Decode(out Hello unsigned).IsNone);
        talk.Receive(FrameWriter.ToArray(0, 0, new Challenge(unsigned.ConnectionId, Challenged)), Now(10));
        talk.Tick(Now(20));
        Assert.True(talk.TryTake(out var second));
        Assert.True(FrameReader.Read(second.Frame, Limits.MqttPayloadBytesMax).Frame.Decode(out Hello signed).IsNone);
        return signed;
    }

    private static void Upload(DockConversation talk, ScriptedGateway gateway, bool grants)
    {
        talk.Connected(Now(0));
        var nonces = 1UL;
        for (var ms = 20L; ms < 2_000_000 && talk.Progress == DockProgress.Working; ms += 20)
        {
            talk.Tick(Now(ms));
            while (talk.TryTake(out var outgoing))
            {
                foreach (var answer in gateway.Receive(outgoing.Frame))
                {
                    talk.Receive(answer, Now(ms));
                }

                if (grants && gateway.Session != 0)
                {
                    var grant = new NonceGrant("gateway", ulong.MaxValue, [new Nonce(nonces++, 1), new Nonce(nonces++, 1)]);
                    talk.Receive(FrameWriter.ToArray(gateway.Session, 0, grant), Now(ms));
                }
            }
        }
    }

    /// <summary>Every head of the capture, judged over the records that the capture has; and the devices of which a dock altered some.</summary>
    private static (List<(SessionHead Head, HeadJudgement Judged)> Heads, HashSet<string> Altered) CapturedHeads()
    {
        using var capture = new MemoryStream();
        CaptureOutput.Write(capture, Force);
        capture.Position = 0;
        var reader = new CaptureReader(capture);
        var records = new Dictionary<RecordKey, byte[]>();
        var heads = new List<(SessionHead, HeadJudgement)>();
        while (reader.Read(out var entry) == CaptureStatus.Entry)
        {
            var frame = FrameReader.Read(entry.UntrustedBytes, Limits.MqttPayloadBytesMax).Frame;
            if (RecordBatch.Decode(frame, out var batch).IsNone)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    records[new RecordKey(batch.Header.Log, batch.Header.FirstSequence + (ulong)i, 0)] = batch.RecordBytes(i).ToArray();
                }
            }
            else if (frame.Decode(out SessionHead head).IsNone)
            {
                var chain = head.ChainAtFirst;
                for (var s = head.FirstSequence; s < head.NextSequence; s++)
                {
                    chain = HashChain.Next(chain, s, records[new RecordKey(head.Log, s, 0)]);
                }

                heads.Add((head, head.Judge(Verify, chain)));
            }
        }

        return (heads, [.. Force.Alterations.Select(a => a.Log.Key.Device)]);
    }

    private static DockConversation Talk(string name)
    {
        var dock = Force.Armouries[0].Docks.Single(d => d.Name == name);
        var ids = 1UL;
        Sign? sign = dock.Signs ? bytes => SigningKeys.Sign(Force.Seed, name, bytes) : null;
        var work = new VisitWork(Force, Force.Visits.At(dock));
        return new DockConversation(CaptureOutput.Address(Force, dock), Transport.Mqtt, work, 5, () => ids++, sign);
    }

    private static bool Verify(string signer, ReadOnlySpan<byte> signed, Signature untrusted) =>
        NSec.Cryptography.SignatureAlgorithm.Ed25519.Verify(
            PublicKey.Import(
                NSec.Cryptography.SignatureAlgorithm.Ed25519,
                SigningKeys.PublicKey(Force.Seed, signer),
                KeyBlobFormat.RawPublicKey
            ),
            signed,
            untrusted.Bytes
        );

    private static SessionTime Now(long ms) => new((ulong)ms * 1_000_000, 1_800_000_000_000_000_000 + (ulong)ms * 1_000_000);
}
