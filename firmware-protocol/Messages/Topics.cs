using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>Where a dock stands, as its topics say it (SPEC clause 4.2): a claim until enrolment confirms it.</summary>
/// <param name="Force">Force, a name of SPEC clause 1.4.</param>
/// <param name="Armoury">Armoury.</param>
/// <param name="Dock">Dock: unique in a ledger.</param>
public readonly record struct DockAddress(string Force, string Armoury, string Dock)
{
    /// <summary>Force/armoury/dock, as it stands in topics and captures.</summary>
    public override string ToString() => $"{Force}/{Armoury}/{Dock}";

    /// <summary>Reads force/armoury/dock; false where it is not three names.</summary>
    public static bool TryParse(string untrusted, out DockAddress address)
    {
        var levels = untrusted.Split('/', 4);
        address = levels.Length == 3 ? new(levels[0], levels[1], levels[2]) : default;
        return levels.Length == 3 && Array.TrueForAll(levels, level => TextKind.Name.Allows(level));
    }
}

/// <summary>What a topic is for (SPEC clause 4.2).</summary>
public enum TopicKind
{
    /// <summary>Not a topic of ours.</summary>
    NotOurs,

    /// <summary>A dock's first word, to whichever gateway takes it.</summary>
    Hello,

    /// <summary>A dock to the one gateway that welcomed it.</summary>
    Up,

    /// <summary>A gateway to a dock.</summary>
    Down,

    /// <summary>A dock's retained birth or will.</summary>
    State,

    /// <summary>A gateway's retained birth or will.</summary>
    GatewayState,
}

/// <summary>A topic taken apart.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Address">Whose it is; default for a gateway's state.</param>
/// <param name="Gateway">The gateway named; empty where none is.</param>
public readonly record struct ParsedTopic(TopicKind Kind, DockAddress Address, string Gateway);

/// <summary>The topics of SPEC clause 4.2, made and taken apart.</summary>
public static class Topics
{
    /// <summary>Subscribed by every gateway, shared: one of them takes each Hello.</summary>
    public const string HelloFilterShared = "$share/gw/taser/1/+/+/+/hello";

    /// <summary>Births and wills of all docks.</summary>
    public const string StateFilter = "taser/1/+/+/+/state";

    /// <summary>Births and wills of all gateways, for docks.</summary>
    public const string GatewayStateFilter = "taser/1/gateways/+/state";

    private const string Root = "taser";
    private const string Version = "1";

    /// <summary>A dock's first word.</summary>
    public static string Hello(DockAddress dock) => $"taser/1/{dock}/hello";

    /// <summary>A dock to one gateway.</summary>
    public static string Up(DockAddress dock, string gateway) => $"taser/1/{dock}/up/{gateway}";

    /// <summary>What one gateway subscribes to, unshared.</summary>
    public static string UpFilter(string gateway) => $"taser/1/+/+/+/up/{gateway}";

    /// <summary>Gateways to a dock.</summary>
    public static string Down(DockAddress dock) => $"taser/1/{dock}/down";

    /// <summary>A dock's birth and will, retained.</summary>
    public static string State(DockAddress dock) => $"taser/1/{dock}/state";

    /// <summary>A gateway's birth and will, retained.</summary>
    public static string GatewayState(string gateway) => $"taser/1/gateways/{gateway}/state";

    /// <summary>Takes a topic apart; what is not ours, or has a level that is no name, answers <see cref="TopicKind.NotOurs"/>.</summary>
    public static ParsedTopic Parse(string untrusted)
    {
        if (untrusted.Length > Limits.TopicBytesMax)
        {
            return default;
        }

        var levels = untrusted.Split('/', 9);
        if (levels.Length is < 5 or > 7 || levels[0] != Root || levels[1] != Version)
        {
            return default;
        }

        if (!Array.TrueForAll(levels[2..], level => TextKind.Name.Allows(level)))
        {
            return default;
        }

        if (levels.Length == 5)
        {
            return levels[2] == "gateways" && levels[4] == "state" ? new(TopicKind.GatewayState, default, levels[3]) : default;
        }

        var address = new DockAddress(levels[2], levels[3], levels[4]);
        return (levels.Length, levels[5]) switch
        {
            (6, "hello") => new(TopicKind.Hello, address, ""),
            (6, "down") => new(TopicKind.Down, address, ""),
            (6, "state") => new(TopicKind.State, address, ""),
            (7, "up") => new(TopicKind.Up, address, levels[6]),
            _ => default,
        };
    }
}
