namespace TaserTelemetry.Auditor;

/// <summary>The contract with scripts: numbers never change.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Usage = 2;
    public const int ChangedOrDamaged = 3;
    public const int CannotRead = 4;
    public const int RequiredNotMet = 5;
}
