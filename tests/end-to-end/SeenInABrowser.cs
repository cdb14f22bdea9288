using System.Collections.Concurrent;
using Microsoft.Playwright;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>The demo, left running, and Debian's chromium to look at it with: one of each for all tests of a class.</summary>
public sealed class SeenInABrowser : IAsyncLifetime
{
    private const string StaysUp = "The gateway stays up at ";
    private readonly string folder = Directory.CreateTempSubdirectory("taser-seen-").FullName;
    private RealProcess? demo;
    private IPlaywright? playwright;

    public string Page { get; private set; } = "";

    public string Report { get; private set; } = "";

    /// <summary>Evidence about the programme, of the demo's ledger and documents.</summary>
    public string Programme => Path.Combine(folder, "programme", "programme.html");

    /// <summary>The same for publication.</summary>
    public string ForPublication => Path.Combine(folder, "programme", "programme-public.html");

    public IBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var day = Path.Combine(folder, "day");
        Report = Path.Combine(day, "demo", "findings", "report.html");
        demo = RealProcess.StartOurs("taser-gateway", folder, "demo", "--data", day);
        var line = await demo.WaitForAsync(StaysUp, TimeSpan.FromMinutes(3));
        Page = line[(line.IndexOf(StaysUp, StringComparison.Ordinal) + StaysUp.Length)..].Split(' ')[0];
        await MakeProgrammeAsync(day);
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = OnPath("chromium"),
                // chromium refuses its sandbox to root, as which a build server often runs
                Args = Environment.UserName == "root" ? ["--no-sandbox"] : [],
            }
        );
    }

    /// <summary>What any page wrote on its console as an error: nothing may.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>A page of a given width, filled with what the gateway has.</summary>
    public async Task<IPage> OpenAsync(string address, int width, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await Browser.NewPageAsync(
            new BrowserNewPageOptions
            {
                ViewportSize = new ViewportSize { Width = width, Height = 900 },
                ColorScheme = scheme,
            }
        );
        page.Console += (_, said) =>
        {
            if (said.Type == "error")
            {
                Complaints.Enqueue(said.Text);
            }
        };
        await page.GotoAsync(address);
        if (address == Page)
        {
            await page.WaitForSelectorAsync("body[data-read=yes]");
        }
        return page;
    }

    private async Task MakeProgrammeAsync(string day)
    {
        var documents = Path.Combine(day, "demo", "documents");
        string[] inputs = ["--reports", Path.Combine(documents, "reports-uk-271-internal.csv"), "--profile", "uk-271-internal"];
        await using var audit = RealProcess.StartOurs(
            "taser-audit",
            folder,
            ["programme", day, .. inputs, "--inputs", documents, "--out", Path.Combine(folder, "programme")]
        );
        Assert.True(await audit.WaitForExitAsync() == 0, audit.Output + audit.Errors);
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }
        playwright?.Dispose();
        if (demo is not null)
        {
            await demo.DisposeAsync();
        }
        Directory.Delete(folder, recursive: true);
    }

    private static string OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{program} is not on the PATH; tests/run installs it.");
}
