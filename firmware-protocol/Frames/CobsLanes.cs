using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>
/// COBS in a register of sixteen bytes. Event records are half zeros, so that a code follows every second byte: to wait for each before the
/// next can be found costs more than everything else. Arithmetic of lanes is modulo 256 by definition.
/// </summary>
internal static class CobsLanes
{
    /// <summary>Scratch that <see cref="FollowCodes"/> fills: for each place the codes met from there, low and high, and where they leave.</summary>
    internal const int Bytes = 3 * Lanes;

    private const int Lanes = 16;

    private static readonly Vector128<byte> Place = Vector128<byte>.Indices;
    private static readonly Vector128<byte> ToEnd = Vector128.Create((byte)Lanes) - Vector128<byte>.Indices;
    private static readonly Vector128<byte> LastInside = ToEnd - Vector128<byte>.One;
    private static readonly Vector128<byte> Outside = Vector128.Create((byte)0x80);
    private static readonly Vector128<byte> LowBits = Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0);
    private static readonly Vector128<byte> HighBits = Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128);
    private static readonly Vector128<byte> AllBits = LowBits | HighBits;
    private static readonly Vector128<byte> LowThenHigh = Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    private static readonly Vector128<byte> OneOn = PlacesOn(1);
    private static readonly Vector128<byte> TwoOn = PlacesOn(2);
    private static readonly Vector128<byte> FourOn = PlacesOn(4);
    private static readonly Vector128<byte> EightOn = PlacesOn(8);

    // A shuffle gives zero for what lies outside, on every processor only where the highest bit says so.
    private static Vector128<byte> PlacesOn(int places)
    {
        var behind = Place + Vector128.Create((byte)places);
        return Vector128.ConditionalSelect(Vector128.LessThan(behind, Vector128.Create((byte)Lanes)), behind, Outside);
    }

    /// <summary>The code of every zero: how far the next one is. <paramref name="run"/> bytes that are none follow the register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> CodesOfZeros(Vector128<byte> isZero, int run)
    {
        // Each zero says how far it is from the end; the largest of those behind a place is the nearest.
        var nearest = Vector128.ShuffleNative(isZero & ToEnd, OneOn);
        nearest = Vector128.Max(nearest, Vector128.ShuffleNative(nearest, OneOn));
        nearest = Vector128.Max(nearest, Vector128.ShuffleNative(nearest, TwoOn));
        nearest = Vector128.Max(nearest, Vector128.ShuffleNative(nearest, FourOn));
        nearest = Vector128.Max(nearest, Vector128.ShuffleNative(nearest, EightOn));
        var noneInside = Vector128.Equals(nearest, Vector128<byte>.Zero);
        return ToEnd - nearest + (noneInside & Vector128.Create((byte)run));
    }

    /// <summary>
    /// For every place, as if a code stood there: the places of all codes that follow from it, and how far behind the register the first
    /// one outside stands. Found for all sixteen at once by doubling the steps; none of the bytes is zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void FollowCodes(Vector128<byte> bytes, Span<byte> scratch)
    {
        var target = bytes + Place;
        var isInside = Vector128.Equals(Vector128.Min(bytes, LastInside), bytes);
        var jump = Vector128.ConditionalSelect(isInside, target, Outside);
        var leaves = Vector128.AndNot(target - Vector128.Create((byte)Lanes), isInside);
        var (low, high) = (LowBits, HighBits);
        for (var doubling = 0; doubling < 4; doubling++)
        {
            low |= Vector128.ShuffleNative(low, jump);
            high |= Vector128.ShuffleNative(high, jump);
            leaves |= Vector128.ShuffleNative(leaves, jump);
            jump = Vector128.ShuffleNative(jump, jump) | (jump & Outside);
        }

        low.CopyTo(scratch);
        high.CopyTo(scratch[Lanes..]);
        leaves.CopyTo(scratch[(2 * Lanes)..]);
    }

    /// <summary>All ones where a code stands, given that the first stands at <paramref name="next"/>; then where the first one behind stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> CodesFrom(ReadOnlySpan<byte> scratch, ref int next)
    {
        if (next >= Lanes)
        {
            next -= Lanes;
            return Vector128<byte>.Zero;
        }

        var met = (ushort)(scratch[next] | (scratch[Lanes + next] << 8));
        next = scratch[(2 * Lanes) + next];
        var spread = Vector128.ShuffleNative(Vector128.Create(met).AsByte(), LowThenHigh);
        return Vector128.Equals(spread & AllBits, AllBits);
    }
}
