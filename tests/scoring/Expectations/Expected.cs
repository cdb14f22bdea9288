using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>
/// What domain.md makes of the truth: every subject of every rule that can be derived, with default parameters. Written from the text
/// (2.5 as 2.7 applies it), never from the rules' code.
/// </summary>
internal static class Expected
{
    /// <summary>The export with justifications: a profile of a force's own (2.7.8: no layout of the UK form has one).</summary>
    public const string Justified = "justified";

    public static Scene Derive(TrueWorld world, string profile)
    {
        if (profile == Justified)
        {
            // the same reports in another export, which alone shows justifications: nothing else is scored of it
            var shown = new Scene(world, new Reports(world, "uk-271-internal"));
            ReviewRules.DeriveJustified(shown);
            return shown;
        }

        var scene = new Scene(world, new Reports(world, profile));
        AccountRules.Derive(scene);
        ReportRules.Derive(scene);
        ReviewRules.Derive(scene);
        CustodyRules.Derive(scene);
        IntegrityRules.Derive(scene);
        TrustRules.Derive(scene);
        ProgrammeRules.Derive(scene);
        return scene;
    }
}
