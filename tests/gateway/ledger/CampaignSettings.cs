using System.Globalization;

namespace TaserTelemetry.Ledger.Tests;

/// <summary>What <c>tests/run --campaign NAME --seed S --minutes N</c> asks for; nothing in an ordinary run.</summary>
internal sealed record CampaignSettings(string Name)
{
    /// <summary>Where the random choices begin; 1 unless it was set.</summary>
    public static int Seed =>
        int.TryParse(Environment.GetEnvironmentVariable("TASER_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : 1;

    /// <summary>The campaign, when it is the one that runs now.</summary>
    public static CampaignSettings? Of(string name) =>
        Environment.GetEnvironmentVariable("TASER_CAMPAIGN") == name ? new CampaignSettings(name) : null;

    /// <summary>The number of cases a campaign has unless <c>TASER_CASES</c> says otherwise.</summary>
    public int Count(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("TASER_CASES"), NumberStyles.None, CultureInfo.InvariantCulture, out var cases)
            ? cases
            : usual;
}
