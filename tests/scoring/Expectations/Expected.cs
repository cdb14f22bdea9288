using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>
/// What domain.md makes of the truth: every subject of every rule that can be derived, with default parameters. Written from the text
/// (2.5 as 2.7 applies it), never from the rules' code.
/// </summary>
internal static class Expected
{
    public static Scene Derive(TrueWorld world, string profile)
    {
        var scene = new Scene(world, new Reports(world, profile));
        AccountRules.Derive(scene);
        ReportRules.Derive(scene);
        ReviewRules.Derive(scene);
        CustodyRules.Derive(scene);
        IntegrityRules.Derive(scene);
        ProgrammeRules.Derive(scene);
        return scene;
    }
}
