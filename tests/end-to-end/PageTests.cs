using System.Text.Json;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>The auditor's page and the reconciliation report, as somebody sees them: wide and narrow, light and dark, without a mouse.</summary>
public sealed class PageTests(SeenInABrowser seen) : IClassFixture<SeenInABrowser>
{
    private const int NarrowestWidthPixels = 320; // WCAG 2.2, 1.4.10: 1,280 pixels at a zoom of 400 %

    private const string Team = "central: "; // of the demo's establishment register

    public static TheoryData<string, int, ColorScheme> Views =>
        new()
        {
            { "page", 1280, ColorScheme.Light },
            { "page", 1280, ColorScheme.Dark },
            { "page", NarrowestWidthPixels, ColorScheme.Light },
            { "report", 1280, ColorScheme.Light },
            { "report", 1280, ColorScheme.Dark },
            { "report", NarrowestWidthPixels, ColorScheme.Light },
            { "programme", 1280, ColorScheme.Dark },
            { "programme", NarrowestWidthPixels, ColorScheme.Light },
        };

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Page_and_reports_keep_every_rule_of_axe_and_fit_a_narrow_screen(string what, int width, ColorScheme scheme)
    {
        var address = what switch
        {
            "page" => seen.Page,
            "report" => new Uri(seen.Report).AbsoluteUri,
            _ => new Uri(seen.Programme).AbsoluteUri,
        };
        var view = await seen.OpenAsync(address, width, scheme);
        if (what == "page")
        {
            await view.Locator("#devices tbody button").First.ClickAsync();
            await view.WaitForSelectorAsync("#device:not([hidden])");
        }
        var broken = (await view.RunAxe()).Violations;
        Assert.True(broken.Length == 0, string.Join('\n', broken.Select(b => $"{b.Id}: {b.Help}; {b.Nodes[0].Html}")));
        Assert.Equal(width, await view.EvaluateAsync<int>("Math.max(document.documentElement.scrollWidth, innerWidth)"));
        if (what != "page")
        {
            Assert.Empty(await view.EvaluateAsync<string[]>(BrokenWords));
        }
        Assert.Empty(seen.Complaints);
        await view.CloseAsync();
    }

    [Fact]
    public async Task Every_picture_of_the_programme_has_its_numbers_as_words_and_the_public_version_names_no_team()
    {
        var view = await seen.OpenAsync(new Uri(seen.Programme).AbsoluteUri, 1280);
        var (pictures, told) = (0, view.Locator("svg"));
        for (; pictures < await told.CountAsync(); pictures++)
        {
            var words = await told.Nth(pictures).GetAttributeAsync("aria-label");
            Assert.Matches(@"^\d+ of \d+( \(\d+\.\d %\))?$|^[\d.]+, 95 % interval from [\d.]+ to [\d.]+$", words);
        }
        Assert.True(pictures > 5, $"{pictures} pictures");
        Assert.Contains(Team, await view.InnerTextAsync("body"), StringComparison.Ordinal);
        await view.GotoAsync(new Uri(seen.ForPublication).AbsoluteUri);
        var text = await view.InnerTextAsync("body");
        Assert.DoesNotContain(Team, text, StringComparison.Ordinal);
        Assert.Contains("accredited of establishment", text, StringComparison.Ordinal);
        await view.CloseAsync();
    }

    /// <summary>Words of table heads and first cells that stand on more than one line.</summary>
    private const string BrokenWords = """
        () => {
          const broken = [];
          for (const cell of document.querySelectorAll('th')) {
            const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
              const node = texts.currentNode;
              if (node.parentElement.closest('code')) continue;
              for (const word of node.data.matchAll(/[A-Za-z0-9]+/g)) {
                const range = document.createRange();
                range.setStart(node, word.index);
                range.setEnd(node, word.index + word[0].length);
                if (range.getClientRects().length > 1) broken.push(word[0]);
              }
            }
          }
          return broken;
        }
        """;

    [Fact]
    public async Task What_the_page_shows_is_what_the_gateway_answers_and_a_factory_date_does_not_squeeze_the_plot()
    {
        var view = await seen.OpenAsync(seen.Page, 1280);
        using var http = new HttpClient { BaseAddress = new Uri(seen.Page) };
        using var overview = JsonDocument.Parse(await http.GetStringAsync("/api/overview"));
        var evidence = overview.RootElement.GetProperty("evidence");

        Assert.Equal(evidence.GetProperty("durableRecords").ToString(), await view.Locator("[data-key=durableRecords]").InnerTextAsync());
        Assert.Contains("Unwitnessed", await view.Locator("#unwitnessed").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(overview.RootElement.GetProperty("devices").GetInt32(), await view.Locator("#devices tbody tr").CountAsync());

        // one device of the demo's day lost its clock and stamped 2000-01-01: that is said in words, and the fortnight keeps its width
        Assert.True(overview.RootElement.GetProperty("outside").GetProperty("events").GetInt64() > 0);
        Assert.Contains("Not on the plots", await view.Locator("#hours-words").InnerTextAsync(), StringComparison.Ordinal);
        var activations = overview.RootElement.GetProperty("activations").GetInt64();
        Assert.Equal(activations, await view.Locator("#fleet g").CountAsync());
        Assert.True(await view.Locator("#hours rect.bar").CountAsync() > 3);
        await view.CloseAsync();
    }

    [Fact]
    public async Task Everything_is_reached_without_a_mouse()
    {
        var view = await seen.OpenAsync(seen.Page, 1280);
        var device = await view.Locator("#devices tbody button").Last.InnerTextAsync();

        await view.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the content", await view.EvaluateAsync<string>("document.activeElement.textContent"));
        await view.Locator("#filter").FocusAsync();
        await view.Keyboard.TypeAsync(device);
        Assert.StartsWith("1 of", await view.Locator("#shown").InnerTextAsync(), StringComparison.Ordinal);
        await TabToAsync(view, "#devices tbody button");
        await view.Keyboard.PressAsync("Enter");
        await view.WaitForSelectorAsync("#device-title:focus");
        Assert.Contains(device, await view.Locator("#device-title").InnerTextAsync(), StringComparison.Ordinal);
        await view.CloseAsync();
    }

    [Fact]
    public async Task The_report_opens_with_an_account_that_adds_up_and_needs_no_network()
    {
        var asked = new List<string>();
        var view = await seen.Browser.NewPageAsync();
        view.Request += (_, request) => asked.Add(request.Url);
        await view.GotoAsync(new Uri(seen.Report).AbsoluteUri);

        Assert.Single(asked); // the file itself
        Assert.Equal("The account", await view.Locator("h2").First.InnerTextAsync());
        var tables = view.Locator("table");
        var added = 0;
        for (var i = 0; i < await tables.CountAsync(); i++)
        {
            var rows = await tables.Nth(i).Locator("tr:has(td)").AllInnerTextsAsync();
            if (rows.Count > 1 && rows[^1].StartsWith("Sum", StringComparison.Ordinal))
            {
                var numbers = rows.Select(row => long.Parse(row.Split('\t')[^1].Replace(",", "", StringComparison.Ordinal))).ToList();
                Assert.Equal(numbers[^1], numbers.SkipLast(1).Sum());
                added++;
            }
        }
        Assert.True(added >= 3, "activations, reports and cartridges each have a sum");
        await view.CloseAsync();
    }

    private static async Task TabToAsync(IPage view, string wanted)
    {
        for (var step = 0; step < 40; step++)
        {
            await view.Keyboard.PressAsync("Tab");
            if (await view.EvaluateAsync<bool>("wanted => document.activeElement.matches(wanted)", wanted))
            {
                return;
            }
        }
        Assert.Fail($"{wanted} is not reached by the Tab key.");
    }
}
