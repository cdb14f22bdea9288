using TaserTelemetry.Auditor;

return AuditCommands.Run(args, new AuditConsole(Console.Out, Console.Error, !Console.IsErrorRedirected), TimeProvider.System);
