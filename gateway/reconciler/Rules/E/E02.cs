using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Classification;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.E;

/// <summary>A function test that is not as it should be: shorter than 1 s, not stopping at one cycle, or failed.</summary>
internal sealed class E02()
    : Rule(
        "E02",
        FindingKind.Custody,
        2,
        "Function test not as it should be",
        "A further test that is as it should be.",
        "That the device was not working."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("testMsMin", FormattableString.Invariant($"{rules.TestMsMin}"))];

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var device in world.Devices)
        {
            foreach (var test in device.Activations.Where(a => world.InPeriod(a.Start)))
            {
                if (Why(world, test) is { } why)
                {
                    Add(
                        world,
                        sink,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"Device {device.Serial}: the function test at {test.Start} lasted {test.DurationMs / 1000.0:0.0} s: {why}."
                        ),
                        new About
                        {
                            Device = device,
                            Records = [test.First],
                            When = test.Start,
                            CaseKey = FormattableString.Invariant($"E02 {device.Serial} {test.First.Sequence}"),
                        }
                    );
                }
            }
        }
    }

    private static string? Why(World world, Activation test)
    {
        bool excused = test.Class == ActivationClass.Test;
        uint half = test.ResolutionMs / 2;
        if (excused && test.DurationMs + half < world.Rules.TestMsMin)
        {
            return "shorter than a test should be";
        }

        bool alone = test.Session < 0 || test.Device.Sessions[test.Session] is { Activations: 1, Deployments: 0, Connection: false };
        bool atIssue =
            test.Class == ActivationClass.Unaccounted
            && alone
            && test.Deployments == 0
            && !test.Connection
            && TestShape.Near(test, world.Rules.TestWindowMinutes) is not null;
        bool tooLong = test.Exceeds(test.Device.Model.CycleMs) && (excused || (atIssue && TestShape.CodeFits(test)));
        return tooLong ? "it did not stop at one cycle" : null;
    }
}
