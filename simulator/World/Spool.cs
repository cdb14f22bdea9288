using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace TaserTelemetry.Simulator.World;

/// <summary>
/// Where a history keeps what grows with time: its first part in memory, the rest in a scratch file that has no name and is gone with the
/// process. So a history of ten years takes no more memory than one of half a year. Only added to; reading is safe from several threads.
/// </summary>
internal sealed class Spool(long heldBytesMax = Spool.HeldBytesMax, string? folder = null) : IDisposable
{
    /// <summary>What is held in memory before a file is begun: small scenarios never touch a disk.</summary>
    public const long HeldBytesMax = 16L << 20;

    /// <summary>The longest piece that can be added at once.</summary>
    public const int PieceBytesMax = 64 << 10;

    private readonly List<byte[]> _held = [];
    private readonly byte[] _ahead = new byte[PieceBytesMax];
    private readonly string _folder = folder ?? Path.GetTempPath();
    private SafeFileHandle? _file;
    private int _aheadBytes;
    private long _writtenTo;

    /// <summary>Bytes held in memory, at most <see cref="HeldBytesMax"/> and two pieces.</summary>
    public long HeldBytes => (_held.Count + 1L) * PieceBytesMax;

    /// <summary>Bytes in the scratch file.</summary>
    public long FileBytes => _file is null ? 0 : _writtenTo - HeldTo;

    private long HeldTo => heldBytesMax / PieceBytesMax * PieceBytesMax;

    /// <summary>Adds a piece; the answer is where it can be read again.</summary>
    public long Append(ReadOnlySpan<byte> piece)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(piece.Length, PieceBytesMax);
        if (_aheadBytes + piece.Length > PieceBytesMax)
        {
            PutAway();
        }

        piece.CopyTo(_ahead.AsSpan(_aheadBytes));
        var at = _writtenTo + _aheadBytes;
        _aheadBytes += piece.Length;
        return at;
    }

    public void Read(long at, Span<byte> piece)
    {
        if (at >= _writtenTo)
        {
            _ahead.AsSpan(checked((int)(at - _writtenTo)), piece.Length).CopyTo(piece);
        }
        else if (at < HeldTo)
        {
            _held[(int)(at / PieceBytesMax)].AsSpan((int)(at % PieceBytesMax), piece.Length).CopyTo(piece);
        }
        else if (RandomAccess.Read(_file!, piece, at - HeldTo) != piece.Length)
        {
            throw new IOException($"the scratch file in {_folder} has become shorter than was written to it");
        }
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>A piece never lies across the end of a block, so that it is read at once.</summary>
    private void PutAway()
    {
        if (_writtenTo < HeldTo)
        {
            _held.Add(_ahead.ToArray());
        }
        else
        {
            try
            {
                _file ??= Begin();
                RandomAccess.Write(_file, _ahead, _writtenTo - HeldTo);
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                throw new IOException(
                    $"the history's scratch file in {_folder} cannot grow: {cause.Message}. Make room there, or name another folder in TMPDIR.",
                    cause
                );
            }
        }

        _writtenTo += PieceBytesMax;
        _aheadBytes = 0;
    }

    private SafeFileHandle Begin()
    {
        var path = Path.Combine(_folder, "taser-sim-" + Convert.ToHexString(RandomNumberGenerator.GetBytes(8)));
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            // without a name it is gone however the process ends
            File.Delete(path);
        }

        return file;
    }
}
