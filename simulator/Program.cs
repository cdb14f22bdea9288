using System.CommandLine;
using TaserTelemetry.Simulator;

var root = new RootCommand("taser-sim: a believable force of conducted energy devices, docks and officers, and the truth about it.")
{
    RunCommand.Define(),
    LoadCommand.Define(),
    RecordCommand.Define(),
    ReplayCommand.Define(),
};
var parsed = root.Parse(args);
return parsed.Errors.Count > 0 ? Usage.NotUnderstood(root, parsed, args) : await parsed.InvokeAsync();
