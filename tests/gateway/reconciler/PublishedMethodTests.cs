using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>
/// The method of domain 1.9 on a log in the published proportions, one in a thousand: 108 activations, of which 45 are removed, four in
/// five of them as labelled tests, and 63 stay in 44 incidents; one incident is the published example of 17 activations and 94 seconds.
/// The published log itself is in no store that we know, its grouping gap and its "short event" were not printed: the counts are ours to
/// reproduce, the journalists' are not.
/// </summary>
public sealed class PublishedMethodTests
{
    private const string Gun = "X700001AA";
    private const int Day = 1440;

    [Fact]
    public void The_published_filters_leave_the_published_proportions_and_say_of_each_activation_which_one_took_it()
    {
        var result = Log(RuleSet.Published2025).Run();
        Assert.Equal(108, result.Activations.Count);
        var removed = result.Activations.Where(a => a.Class is ActivationClass.Test or ActivationClass.Maintenance).ToList();
        Assert.Equal(45, removed.Count);
        Assert.Equal(37, removed.Count(a => a.Reason.Contains("explicit TEST", StringComparison.Ordinal)));
        Assert.True(37.0 / 45 > 0.8);
        Assert.Equal(2, removed.Count(a => a.Reason.Contains("1 h of a time update", StringComparison.Ordinal)));
        Assert.Equal(2, removed.Count(a => a.Reason.Contains("1 h of a software update", StringComparison.Ordinal)));
        Assert.Equal(4, removed.Count(a => a.Reason.Contains("burst of short events", StringComparison.Ordinal)));
        Assert.Equal(63, result.Activations.Count - removed.Count);
        Assert.Equal(44, result.Uses.Count);
        Assert.Equal(1.43, Math.Round(63.0 / 44, 2));
        Assert.All(result.Activations, a => Assert.NotEqual("", a.Reason));
    }

    [Fact]
    public void The_published_red_line_is_crossed_by_the_published_example_alone()
    {
        var over = Assert.Single(Log(RuleSet.Published2025).Run().Findings, f => f.RuleId == "B02");
        Assert.Contains("94.0 activation seconds in 17 activation(s)", over.Wording, StringComparison.Ordinal);
    }

    [Fact]
    public void The_standard_set_takes_no_activation_away_for_being_in_a_burst()
    {
        var result = Log(RuleSet.Standard).Run();
        Assert.DoesNotContain(result.Activations, a => a.Reason.Contains("published-2025", StringComparison.Ordinal));
        Assert.Equal(37, result.Activations.Count(a => a.Class == ActivationClass.Test));
    }

    private static Scene Log(RuleSet rules)
    {
        var scene = new Scene
        {
            Rules = rules,
            DockedAtMinute = 100 * Day,
            AsOf = Scene.Day.AddDays(101),
        }.Model(Gun, "TASER 7");
        int day = 0;
        for (int i = 0; i < 37; i++)
        {
            scene.Write(Gun, day++ * Day + 400, EventCode.Test, 1_000);
        }

        for (int i = 0; i < 40; i++)
        {
            scene.Use(Gun, day++ * Day + 600);
        }

        for (int i = 0; i < 3; i++)
        {
            scene.Use(Gun, day++ * Day + 600, cycles: 2);
        }

        Example(scene, day++);
        scene.Use(Gun, day * Day + 300, 4_000, EventCode.Arc, cycles: 4);
        scene.Write(Gun, day * Day + 600, EventCode.FirmwareUpdate).Use(Gun, day * Day + 620).Use(Gun, day++ * Day + 640);
        ulong at = (ulong)Scene.Day.AddMinutes(day * Day + 600).ToUnixTimeSeconds();
        return scene.Write(Gun, day * Day + 600, EventCode.TimeSync, argument: at).Use(Gun, day * Day + 620).Use(Gun, day * Day + 640);
    }

    /// <summary>17 activations of a little over 5 s, three a minute: 94 s.</summary>
    private static void Example(Scene scene, int day)
    {
        double minute = day * Day + 600;
        scene.Write(Gun, minute, EventCode.Arm, bays: scene.BaysLive);
        for (int i = 0; i < 17; i++)
        {
            scene.Write(Gun, minute + 0.1 + i / 3.0, EventCode.Trigger, i < 16 ? 5_500u : 6_000u, scene.BaysLive, bay: 0);
        }

        scene.Write(Gun, minute + 6, EventCode.Safe, 360_000, scene.BaysLive);
    }
}
