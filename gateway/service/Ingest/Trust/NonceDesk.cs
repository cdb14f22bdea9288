using System.Security.Cryptography;
using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Ingest.Sessions;
using Leaves = TaserTelemetry.Evidence.Leaves;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>Nonces issued ahead, in pools of 16 for each dock that is enrolled with devices or a key that can sign; journalled before they are sent (wire 14).</summary>
internal sealed class NonceDesk(GroupBuilder group, string gateway)
{
    /// <summary>A dock with fewer good nonces than this gets a new pool.</summary>
    public const int LowMark = 4;

    /// <summary>How long a pool holds: longer than a device stays out between two dockings.</summary>
    public static readonly TimeSpan HoldsFor = TimeSpan.FromDays(90);

    /// <summary>Adds a pool to the group in the making and to what the session says after its fsync.</summary>
    public void Refill(DockingSession session, ulong nowNs)
    {
        var dock = session.Sender.Place.Dock;
        var state = group.State;
        if (session.Sender.Standing != Reason.None || !AnybodySigns(state, dock) || state.Nonces.GoodCount(dock, nowNs) >= LowMark)
        {
            return;
        }
        var pool = Digest.Read(RandomNumberGenerator.GetBytes(Digest.Bytes));
        var first = state.Nonces.NextNumber;
        var expires = nowNs + ((ulong)HoldsFor.TotalSeconds * UnixTime.NsPerSecond);
        group.AddOwn(new Leaves.NonceGrant(nowNs, dock, first, Limits.NoncePoolMax, pool, expires));
        Span<Nonce> nonces = stackalloc Nonce[Limits.NoncePoolMax];
        for (var i = 0; i < nonces.Length; i++)
        {
            nonces[i] = Nonce.From(NonceBook.NonceOf(pool, first + (ulong)i));
        }
        session.Machine.Say(new Wire.NonceGrant(gateway, expires, nonces));
    }

    private static bool AnybodySigns(DecisionState state, string dock) =>
        state.DockInForce(dock)?.Key.Algorithm is not (null or KeyAlgorithm.None)
        || state.Devices.Values.Any(d => d.Standing == Standing.InForce && d.Key.Algorithm != KeyAlgorithm.None);
}
