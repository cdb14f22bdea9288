using System.ComponentModel.DataAnnotations;
using TaserTelemetry.Gateway.TimeSeries;

namespace TaserTelemetry.Gateway.Configuration;

/// <summary>
/// Every setting of the gateway, with its one default. Read from the JSON file, then <c>TASER__</c> variables, then options; the
/// reader refuses keys that are not here, so that a misspelt setting never means "default" in silence.
/// </summary>
internal sealed class GatewaySettings
{
    /// <summary>The DATA folder: journal, ledger, records and derived stores.</summary>
    public string Data { get; set; } = "./taser-data";

    /// <summary>The folder of the private keys; never inside DATA. Made with mode 0700 at first start.</summary>
    public string Keys { get; set; } = "./taser-keys";

    /// <summary>The ledger's origin line; empty = drawn at creation. It is fixed when DATA is created.</summary>
    public string Origin { get; set; } = "";

    /// <summary>This gateway's name: one topic level, unique among the gateways of one broker.</summary>
    [RegularExpression("^[A-Za-z0-9_.-]{1,32}$", ErrorMessage = "must be 1 to 32 of A-Z a-z 0-9 _ . -")]
    public string Name { get; set; } = "gw1";

    /// <summary>How much is told on standard error: Trace, Debug, Information, Warning, Error, Critical.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>Where docks that speak MQTT come in.</summary>
    public MqttSettings Mqtt { get; set; } = new();

    /// <summary>Serial lines, each bound to one dock.</summary>
    public List<SerialPortSettings> SerialPorts { get; set; } = [];

    /// <summary>Docks enrolled at start, by a leaf each. What an unlisted dock sends is kept aside.</summary>
    public List<DockSettings> Docks { get; set; } = [];

    /// <summary>Devices enrolled at start, by a leaf each. What an unlisted device recorded is stored and marked.</summary>
    public List<DeviceSettings> Devices { get; set; } = [];

    /// <summary>
    /// Receipt keys of other gateways, each as <c>taser-gateway keys</c> prints it there: what they receipted is held elsewhere, not lost. A leaf each at
    /// every start.
    /// </summary>
    public List<string> OtherReceiptKeys { get; set; } = [];

    /// <summary>Health, readiness, the auditor's page.</summary>
    public HttpSettings Http { get; set; } = new();

    /// <summary>How the journal is kept.</summary>
    public JournalSettings Journal { get; set; } = new();

    /// <summary>Who outside the operator remembers checkpoints.</summary>
    public WitnessSettings Witness { get; set; } = new();

    /// <summary>The authority that stamps each day's checkpoint.</summary>
    public TimeStampSettings TimeStamp { get; set; } = new();

    /// <summary>How long raw bytes are kept.</summary>
    public RetentionSettings Retention { get; set; } = new();

    /// <summary>The stores that follow the journal.</summary>
    public TimeSeriesSettings TimeSeries { get; set; } = new();

    /// <summary>Limits on what senders may make the gateway hold.</summary>
    public LimitSettings Limits { get; set; } = new();
}

/// <summary>An address others may come in at. Any address but loopback needs all three files, or the start is refused.</summary>
internal abstract class ListenerSettings
{
    /// <summary>ADDRESS:PORT; port 0 = any free port; empty = no listener.</summary>
    public string Listen { get; set; } = "";

    /// <summary>PEM file of the listener's certificate.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>PEM file of the private key of that certificate.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>PEM file of the authority that signs the certificates of those who may come in.</summary>
    public string ClientCaFile { get; set; } = "";
}

/// <summary>MQTT: an external broker when <see cref="Broker"/> is given, else the embedded one, on 127.0.0.1:1883.</summary>
internal sealed class MqttSettings : ListenerSettings
{
    public MqttSettings() => Listen = "127.0.0.1:1883";

    /// <summary>mqtt://HOST:PORT or mqtts://HOST:PORT of an external broker; empty = the embedded broker.</summary>
    public string Broker { get; set; } = "";

    /// <summary>User name at the external broker; empty = none.</summary>
    public string BrokerUser { get; set; } = "";

    /// <summary>File with the password for the external broker; empty = none.</summary>
    public string BrokerPasswordFile { get; set; } = "";

    /// <summary>PEM file of the authority that signed the external broker's certificate; empty = the system's.</summary>
    public string BrokerCaFile { get; set; } = "";

    /// <summary>PEM file of this gateway's certificate at the external broker; empty = none.</summary>
    public string BrokerCertificateFile { get; set; } = "";

    /// <summary>PEM file of the private key of that certificate.</summary>
    public string BrokerKeyFile { get; set; } = "";

    /// <summary>Messages the external broker queues for one client before it drops; 0 = it never drops. The sum of credits stays below.</summary>
    [Range(0, 10_000_000)]
    public int BrokerQueueMessages { get; set; }

    /// <summary>Seconds for which the external broker keeps what came while the gateway was away.</summary>
    [Range(60, 31_536_000)]
    public int SessionExpirySeconds { get; set; } = 7 * 86_400;

    /// <summary>Connections the embedded broker holds at once.</summary>
    [Range(1, 20_000)]
    public int ConnectionsMax { get; set; } = 2_000;

    /// <summary>Seconds within which a new connection must have sent its CONNECT.</summary>
    [Range(1, 60)]
    public int ConnectWithinSeconds { get; set; } = 5;
}

/// <summary>One serial line.</summary>
internal sealed class SerialPortSettings
{
    /// <summary>The port, best by its stable name under /dev/serial/by-id.</summary>
    [MinLength(1, ErrorMessage = "must name the port, best as /dev/serial/by-id/...")]
    public string Path { get; set; } = "";

    /// <summary>The dock enrolled on this line: its name.</summary>
    [RegularExpression("^[A-Za-z0-9_.-]{1,32}$", ErrorMessage = "must name the dock on this line")]
    public string Dock { get; set; } = "";

    /// <summary>Bits per second; 8N1, no flow control.</summary>
    [Range(1_200, 4_000_000)]
    public int Baud { get; set; } = 115_200;
}

/// <summary>A dock that this gateway knows.</summary>
internal sealed class DockSettings
{
    /// <summary>Its name: unique in the ledger, one topic level, equal to certificate CN, user name and client id.</summary>
    [RegularExpression("^[A-Za-z0-9_.-]{1,32}$", ErrorMessage = "must be 1 to 32 of A-Z a-z 0-9 _ . -")]
    public string Name { get; set; } = "";

    /// <summary>The force it stands in: one topic level.</summary>
    [RegularExpression("^[A-Za-z0-9_.-]{1,32}$", ErrorMessage = "must be 1 to 32 of A-Z a-z 0-9 _ . -")]
    public string Force { get; set; } = "";

    /// <summary>The armoury it stands in: one topic level.</summary>
    [RegularExpression("^[A-Za-z0-9_.-]{1,32}$", ErrorMessage = "must be 1 to 32 of A-Z a-z 0-9 _ . -")]
    public string Armoury { get; set; } = "";

    /// <summary>Ed25519 or ECDSA P-256 public key of the dock in base64; empty = its heads stay unsigned (grade D).</summary>
    public string PublicKey { get; set; } = "";
}

/// <summary>A device that this gateway knows.</summary>
internal sealed class DeviceSettings
{
    /// <summary>Its serial number as it reports it: 1 to 32 characters.</summary>
    [RegularExpression("^[\\x21-\\x7e]{1,32}$", ErrorMessage = "must be 1 to 32 printable ASCII characters without spaces")]
    public string Serial { get; set; } = "";

    /// <summary>Its model, as the stores and findings name it: printable ASCII without spaces.</summary>
    public string Model { get; set; } = "";

    /// <summary>The force it belongs to.</summary>
    [RegularExpression("^[A-Za-z0-9_.-]{1,32}$", ErrorMessage = "must be 1 to 32 of A-Z a-z 0-9 _ . -")]
    public string Force { get; set; } = "";

    /// <summary>The armoury it belongs to; empty = any of the force.</summary>
    public string Armoury { get; set; } = "";

    /// <summary>Ed25519 or ECDSA P-256 public key of the device in base64; empty = it signs nothing.</summary>
    public string PublicKey { get; set; } = "";
}

/// <summary>The HTTP listener, on 127.0.0.1:8480: /health, /ready and the auditor's page.</summary>
internal sealed class HttpSettings : ListenerSettings
{
    public HttpSettings() => Listen = "127.0.0.1:8480";
}

/// <summary>How the journal is kept.</summary>
internal sealed class JournalSettings
{
    /// <summary>A second folder, on another disk, fsynced before every ack; empty = none.</summary>
    public string Mirror { get; set; } = "";

    /// <summary>Length of a new segment. No setting of the file: tests take shorter ones.</summary>
    internal int SegmentBytes { get; set; } = Ledger.Journals.JournalFormat.SegmentBytesDefault;

    /// <summary>Seconds between checkpoints while the journal grows.</summary>
    [Range(1, 3_600)]
    public int CheckpointSeconds { get; set; } = 10;
}

/// <summary>Limits on what senders may make the gateway hold.</summary>
internal sealed class LimitSettings
{
    /// <summary>Bytes received and not yet durable, of all senders together.</summary>
    [Range(1_048_576, 268_435_456)]
    public int QueueBytesMax { get; set; } = 16 * 1_048_576;

    /// <summary>Bytes of one dock received and not yet durable: a dock that sends beyond its credit is told to hold and keeps nobody else out.</summary>
    [Range(131_072, 268_435_456)]
    public int QueueBytesPerDock { get; set; } = 4 * 1_048_576;

    /// <summary>Messages of one dock taken in a second; above it the dock is told to hold (RateExceeded) and keeps nobody else out.</summary>
    [Range(10, 1_000_000)]
    public int MessagesPerSecondPerDock { get; set; } = 5_000;

    /// <summary>Hours without a word after which an enrolled dock counts as silent.</summary>
    [Range(1, 8_760)]
    public int DockSilentAfterHours { get; set; } = 24;

    /// <summary>Seconds a day that a device's clock may run away between docking sessions before a warning says so (the X26's maker allows 8).</summary>
    [Range(1, 86_400)]
    public int DriftSecondsPerDayMax { get; set; } = 8;

    /// <summary>Bytes held for PUBACKs to an external broker before the gateway drops the connection and returns once drained.</summary>
    [Range(1_048_576, 268_435_456)]
    public int UnackedBytesMax { get; set; } = 48 * 1_048_576;

    /// <summary>Docking sessions open at once.</summary>
    [Range(1, 100_000)]
    public int SessionsMax { get; set; } = 4_000;

    /// <summary>Batches in flight over all docks: the gateway's credit budget.</summary>
    [Range(8, 1_000_000)]
    public int CreditBatchesMax { get; set; } = 16_000;

    /// <summary>Bytes in flight over all docks: the gateway's credit budget. Below unackedBytesMax, or docks within their credit would make the gateway leave its broker.</summary>
    [Range(65_536, 1_073_741_824)]
    public int CreditBytesMax { get; set; } = 24 * 1_048_576;

    /// <summary>Quarantined bytes of one enrolled sender.</summary>
    [Range(1_024, 1_073_741_824)]
    public int QuarantineBytesPerSender { get; set; } = 64 * 1_048_576;

    /// <summary>Quarantined items of one enrolled sender.</summary>
    [Range(1, 1_000_000)]
    public int QuarantineItemsPerSender { get; set; } = 10_000;

    /// <summary>Quarantined bytes of one unenrolled sender.</summary>
    [Range(1_024, 1_073_741_824)]
    public int QuarantineBytesUnenrolled { get; set; } = 1_048_576;

    /// <summary>Quarantined items of one unenrolled sender.</summary>
    [Range(1, 1_000_000)]
    public int QuarantineItemsUnenrolled { get; set; } = 256;

    /// <summary>Quarantined bytes of all senders together.</summary>
    [Range(1_024, 2_147_483_647)]
    public int QuarantineBytesTotal { get; set; } = 1_073_741_824;

    /// <summary>Days after which an open gap counts as final.</summary>
    [Range(1, 3_650)]
    public int GapFinalAfterDays { get; set; } = 90;

    /// <summary>Whether a dock that signs nothing is heard; what it brings is marked.</summary>
    public bool UnsignedDocks { get; set; } = true;
}
