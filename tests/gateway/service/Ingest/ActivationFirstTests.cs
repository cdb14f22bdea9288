using Microsoft.Extensions.Logging.Abstractions;
using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Gateway.Ingest.Sessions;
using SequenceRanges = TaserTelemetry.FirmwareProtocol.Messages.SequenceRanges;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class ActivationFirstTests
{
    [Fact]
    public void Of_docks_that_all_wait_for_an_answer_those_that_hold_an_activation_are_answered_first_and_get_their_credit_before_the_others()
    {
        var group = new GroupBuilder(new DecisionState());
        var credits = new CreditBook(4, 1_000_000);
        var sessions = new OpenSessions(credits, new GapBook(group), new Quarantine(group), 100, TimeProvider.System, NullLogger.Instance);
        var said = new List<string>();
        for (var number = 1; number <= 4; number++)
        {
            var address = RunningGateway.Dock with { Dock = $"dock-{number}" };
            var link = new TellingLink(address, said);
            var credit = sessions.MakeRoom(Transport.Mqtt)!.Value;
            var terms = new GatewayTerms((uint)number, Transport.Mqtt, "gw1", "up", Limits.MqttPayloadBytesMax, 1);
            var sender = new Sender((ulong)number, ArrivalVia.Mqtt, new Place(address.Force, address.Armoury, address.Dock));
            var machine = new GatewaySession(TestDock.HelloOf(address), terms, credit, default);
            var session = new DockingSession(sender, link, machine, new Nothing(), 0) { HoldsActivation = number is 2 or 4 };
            sessions.Add(session);
            sessions.Talks(session);
        }
        sessions.Flush();
        Assert.Equal(["dock-2", "dock-4"], said.Distinct().Take(2).Order(StringComparer.Ordinal));
        Assert.Equal(4, said.Distinct().Count());
        Assert.All(sessions.All.Where(session => session.HoldsActivation), session => Assert.InRange(session.Machine.Credit.Frames, 1, 4));
        Assert.InRange(credits.FramesGranted, 1, 4);
    }

    private sealed class TellingLink(DockAddress address, List<string> said) : DockLink(Transport.Mqtt, address)
    {
        public override bool Send(ReadOnlyMemory<byte> frames)
        {
            said.Add(Claimed.Dock);
            return true;
        }
    }

    private sealed class Nothing : IDurableLogs
    {
        public SequenceRanges Missing(in Wire.Docked docked) => default;

        public Receipt? ReceiptFor(in Wire.Docked docked) => null;
    }
}
