using System.CommandLine;
using TaserTelemetry.Gateway.CommandLine;

// taser-gateway, a table of contents: one verb, one file. What each does and answers: OPERATING.md.
var root = new RootCommand(
    "Takes the logs of conducted energy devices from armoury docks and keeps them so that nothing is lost and nothing changes unseen."
)
{
    RunVerb.Create(),
    DemoVerb.Create(),
    IngestVerb.Create(),
    ImportLogVerb.Create(),
    DecideVerbs.Decide(),
    DecideVerbs.Examine(),
    AppendRunVerb.Create(),
    RebuildVerb.Create(),
    StoresVerb.Create(),
    QuarantineVerb.Create(),
    EnrolVerb.Create(),
    KeysVerb.Create(),
    HoldVerb.Create(),
    RemarkVerbs.Annotate(),
    RemarkVerbs.Restrict(),
    DisposeVerb.Create(),
    BackupVerb.CreateBackup(),
    BackupVerb.CreateRestore(),
    CheckVerb.Create(),
};
return await Cli.InvokeAsync(root, args);
