using System.Security.Cryptography;
using System.Text;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>A file read whole and told apart: text in a known encoding, or a workbook.</summary>
/// <param name="Text">Decoded text; null for a workbook.</param>
/// <param name="Workbook">The bytes of a workbook; null for text.</param>
/// <param name="Encoding">Name of the encoding; "xlsx" for a workbook.</param>
/// <param name="Sha256">SHA-256 of the bytes, hexadecimal.</param>
/// <param name="Notes">What was not stated and had to be found out.</param>
/// <param name="Failure">Why nothing could be read; null = read.</param>
internal sealed record TableText(
    string? Text,
    byte[]? Workbook,
    string Encoding,
    string Sha256,
    IReadOnlyList<string> Notes,
    string? Failure
)
{
    /// <summary>Bytes a file may have.</summary>
    public const int FileBytesMax = 512 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static TableText Read(Stream untrusted, string? statedEncoding, int bytesMax = FileBytesMax)
    {
        // sized once where the length is known: a doubling buffer and its copy would hold a large file three times
        using var buffer = new MemoryStream(untrusted.CanSeek ? (int)Math.Clamp(untrusted.Length - untrusted.Position, 0, bytesMax) : 0);
        var chunk = new byte[81920];
        int read;
        while ((read = untrusted.Read(chunk)) > 0)
        {
            if (buffer.Length + read > bytesMax)
            {
                return Failed($"larger than {bytesMax} bytes: split it by period");
            }

            buffer.Write(chunk, 0, read);
        }

        var bytes = buffer.Length == buffer.Capacity ? buffer.GetBuffer() : buffer.ToArray();
        string sha = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (bytes.AsSpan().StartsWith("PK\u0003\u0004"u8))
        {
            return new TableText(null, bytes, "xlsx", sha, OtherSheets(bytes), null);
        }

        return Decode(bytes, statedEncoding, sha);
    }

    /// <summary>Sheets that are not read, said once the workbook is one that may be unpacked.</summary>
    private static string[] OtherSheets(byte[] workbook)
    {
        var others = XlsxTable.Refuse(workbook) is null ? XlsxTable.OtherSheets(workbook) : [];
        return others.Count == 0
            ? []
            :
            [
                "Only the first sheet is read; not read: "
                    + string.Join(", ", others)
                    + ". Save each as a file of its own if it belongs here.",
            ];
    }

    private static TableText Decode(byte[] bytes, string? statedEncoding, string sha)
    {
        var span = bytes.AsSpan();
        if (span.StartsWith(ByteOrderMarks.Utf8Bom))
        {
            return Strict(bytes, 3, StrictUtf8, "utf-8 (byte order mark)", sha);
        }

        if (span.StartsWith(ByteOrderMarks.Utf16LittleBom))
        {
            return Strict(bytes, 2, new UnicodeEncoding(false, false, true), "utf-16le (byte order mark)", sha);
        }

        if (span.StartsWith(ByteOrderMarks.Utf16BigBom))
        {
            return Strict(bytes, 2, new UnicodeEncoding(true, false, true), "utf-16be (byte order mark)", sha);
        }

        if (statedEncoding is null or "utf-8")
        {
            var utf8 = Strict(bytes, 0, StrictUtf8, "utf-8", sha);
            return utf8.Failure is null || statedEncoding is not null
                ? utf8
                : new TableText(
                    Windows1252().GetString(bytes),
                    null,
                    "windows-1252",
                    sha,
                    ["Not UTF-8, and no encoding is stated: read as windows-1252. State \"encoding\" in the profile if that is wrong."],
                    null
                );
        }

        var stated = Find(statedEncoding);
        return stated is null ? Failed($"encoding \"{statedEncoding}\" is not known") : Strict(bytes, 0, stated, statedEncoding, sha);
    }

    private static TableText Strict(byte[] bytes, int skip, Encoding encoding, string name, string sha)
    {
        try
        {
            return new TableText(encoding.GetString(bytes, skip, bytes.Length - skip), null, name, sha, [], null);
        }
        catch (DecoderFallbackException e)
        {
            return Failed($"not {name}: byte {e.Index + skip} does not fit. State the right \"encoding\" in the profile") with
            {
                Sha256 = sha,
            };
        }
    }

    private static Encoding Windows1252() => CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    private static Encoding? Find(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(
                    name,
                    EncoderFallback.ExceptionFallback,
                    DecoderFallback.ExceptionFallback
                ) ?? System.Text.Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static TableText Failed(string why) => new(null, null, "", "", [], why);

    private static class ByteOrderMarks
    {
        public static ReadOnlySpan<byte> Utf8Bom => [0xEF, 0xBB, 0xBF];
        public static ReadOnlySpan<byte> Utf16LittleBom => [0xFF, 0xFE];
        public static ReadOnlySpan<byte> Utf16BigBom => [0xFE, 0xFF];
    }
}
