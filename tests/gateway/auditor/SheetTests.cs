using System.Text.RegularExpressions;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Auditor.Tests;

public sealed class SheetTests
{
    [Fact]
    public void A_checkpoint_sheet_prints_on_one_page_and_its_root_is_the_one_that_verify_remembers()
    {
        using var ledger = Audit.Ledger(3);
        // the longest that fits: as many cosignatures as are shown, and more
        var note = Checkpoint.ParseNote(File.ReadAllBytes(Path.Combine(ledger.Data, "ledger", "checkpoint")))!.Value.Note;
        using var witness = SigningKey.FromSeed(
            "witness-with-a-long-name.of.a.neighbouring.force.example",
            [.. Enumerable.Repeat((byte)3, 32)]
        );
        var seen = Enumerable.Range(0, 12).Select(i => new NoteSignature(witness.Verifier.Name, (uint)i, new byte[72]));
        File.WriteAllBytes(
            Path.Combine(ledger.Data, "ledger", "checkpoint"),
            (note with { Signatures = [.. note.Signatures, .. seen] }).ToBytes()
        );
        var file = Path.Combine(ledger.Root, "sheet.html");
        var (exitCode, output, error) = Audit.Run("sheet", ledger.Data, "--out", file);
        Assert.True(exitCode == 0, output + error);
        var root = output.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2].Split('\n')[0];
        Assert.Contains(
            $"taser-audit verify DATA --root {root}",
            System.Net.WebUtility.HtmlDecode(File.ReadAllText(file)),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "remembered",
            Audit.Run("verify", ledger.Data, "--root", root, "--require", "remembered").Output,
            StringComparison.Ordinal
        );
        Assert.Equal(1, PagesWhenPrinted(ledger.Root, file));
        Assert.Equal(2, Audit.Run("sheet", ledger.Data, "--out", file).ExitCode);
    }

    [Fact]
    public void No_sheet_is_made_of_a_changed_ledger()
    {
        using var ledger = Audit.Ledger(2);
        var segment = Directory.GetFiles(Path.Combine(ledger.Data, "journal"), "*.seg")[0];
        var bytes = File.ReadAllBytes(segment);
        bytes[300] ^= 1;
        File.WriteAllBytes(segment, bytes);
        var file = Path.Combine(ledger.Root, "sheet.html");
        Assert.Equal(3, Audit.Run("sheet", ledger.Data, "--out", file).ExitCode);
        Assert.False(File.Exists(file));
    }

    private static int PagesWhenPrinted(string folder, string page)
    {
        var pdf = Path.Combine(folder, "sheet.pdf");
        string[] chromium = ["--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={folder}/chromium", "--no-pdf-header-footer"];
        var (exitCode, _, error) = Audit.RunProcess("chromium", [.. chromium, $"--print-to-pdf={pdf}", $"file://{page}"]);
        Assert.True(exitCode == 0, error);
        return Regex.Count(File.ReadAllText(pdf, System.Text.Encoding.Latin1), @"/Type\s*/Page\b");
    }
}
