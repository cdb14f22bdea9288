namespace TaserTelemetry.Simulator;

/// <summary>Exit codes of the command-line contract, and how errors are shown: all at once, on standard error.</summary>
internal static class Usage
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadUsage = 2;

    public static int Wrong(IEnumerable<string> errors)
    {
        foreach (var error in errors)
        {
            Console.Error.WriteLine("taser-sim: " + error);
        }

        return BadUsage;
    }

    public static int Fail(string error)
    {
        Console.Error.WriteLine("taser-sim: " + error);
        return Failed;
    }
}
