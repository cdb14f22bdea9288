namespace TaserTelemetry.Gateway.Keeping;

/// <summary>What is said when somebody outside holds a checkpoint under this ledger's own key that DATA does not lead to.</summary>
internal static class RestoredCopy
{
    public const string WhatToDo =
        "It is a restored or changed copy: nothing more is signed. Put the right DATA back, or begin the next ledger with 'taser-gateway restore'.";
}
