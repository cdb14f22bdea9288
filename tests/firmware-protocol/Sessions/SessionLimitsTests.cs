using System.Buffers.Binary;
using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;

namespace TaserTelemetry.FirmwareProtocol.Tests.Sessions;

/// <summary>Counts that no decoder holds but a session or a capture does: at the limit, and one past it.</summary>
public sealed class SessionLimitsTests
{
    private static readonly DockAddress Longest = new(
        new string('f', Limits.TextBytesMax),
        new string('a', Limits.TextBytesMax),
        new string('d', Limits.TextBytesMax)
    );

    [Fact]
    public void A_dock_offers_as_many_logs_as_the_limit_says_and_not_one_more()
    {
        var offers = new DockOffers();
        for (var n = 0; n < DockOffers.OffersMax; n++)
        {
            offers.Add(DockedOf(n));
        }

        Assert.Throws<InvalidOperationException>(() => offers.Add(DockedOf(DockOffers.OffersMax)));
        offers.Withdraw(DockedOf(0).Log, "");
        offers.Add(DockedOf(DockOffers.OffersMax));
    }

    [Fact]
    public void A_gateway_answers_as_many_Docked_at_once_as_the_limit_says_and_one_more_when_it_is_said_again()
    {
        var offers = new GatewayOffers();
        for (var n = 0; n <= GatewaySession.OffersMax; n++)
        {
            offers.Add(DockedOf(n));
        }

        var first = new List<byte[]>();
        offers.Answer(new NothingDurable(), mayWant: true, first, session: 1);
        Assert.Equal(GatewaySession.OffersMax, first.Count);
        offers.Add(DockedOf(GatewaySession.OffersMax));
        var again = new List<byte[]>();
        offers.Answer(new NothingDurable(), mayWant: true, again, session: 1);
        Assert.True(FrameReader.Read(Assert.Single(again), Limits.SerialPayloadBytesMax).Frame.Decode(out Want want).IsNone);
        Assert.Equal(DockedOf(GatewaySession.OffersMax).Log, want.Log);
    }

    [Fact]
    public void The_late_Welcome_of_each_session_remembered_opens_nothing_and_one_older_is_no_longer_known()
    {
        var greeting = new DockGreeting(new DockIdentity(Longest, Transport.Serial, 1, "", ""));
        for (var session = 1u; session <= DockGreeting.SessionsRemembered; session++)
        {
            Assert.True(greeting.IsAnswer(WelcomeOf(session), 7));
        }

        Assert.False(greeting.IsAnswer(WelcomeOf(1), 7));
        Assert.True(greeting.IsAnswer(WelcomeOf(DockGreeting.SessionsRemembered + 1), 7));
        Assert.False(greeting.IsAnswer(WelcomeOf(2), 7));
        Assert.True(greeting.IsAnswer(WelcomeOf(1), 7));
    }

    [Fact]
    public void A_capture_holds_the_longest_source_and_one_byte_more_is_damage()
    {
        Assert.Equal(CaptureFormat.SourceBytesMax, Longest.ToString().Length);
        var capture = new MemoryStream();
        new CaptureWriter(capture, 0).Write(1, Transport.Serial, CaptureDirection.Up, Longest, [1, 2, 3]);
        capture.Position = 0;
        Assert.Equal(CaptureStatus.Entry, new CaptureReader(capture).Read(out var entry));
        Assert.Equal(Longest.ToString(), entry.Source);

        var bytes = capture.ToArray();
        var header = bytes.AsSpan(CaptureFormat.FileHeaderBytes, CaptureFormat.EntryHeaderBytes);
        header[14]++;
        header[0]--;
        BinaryPrimitives.WriteUInt32LittleEndian(header[CaptureFormat.CheckedBytes..], Crc32C.Of(header[..CaptureFormat.CheckedBytes]));
        Assert.Equal(CaptureStatus.Damaged, new CaptureReader(new MemoryStream(bytes)).Read(out _));
        var longer = Longest with { Dock = Longest.Dock + "d" };
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new CaptureWriter(new MemoryStream(), 0).Write(1, Transport.Serial, CaptureDirection.Up, longer, [1])
        );
    }

    private static Docked DockedOf(int n) => SessionOrderTests.DockedOf(n, DockedFlags.None, 1);

    private static Welcome WelcomeOf(uint session) => new(7, session, new Credit(1, 1_024), Limits.PayloadBytesFloor, 1, 0, "gateway", "");

    private sealed class NothingDurable : IDurableLogs
    {
        public SequenceRanges Missing(in Docked docked) => docked.Held;

        public Receipt? ReceiptFor(in Docked docked) => null;
    }
}
