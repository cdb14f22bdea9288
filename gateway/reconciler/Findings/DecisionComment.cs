namespace TaserTelemetry.Reconciler.Findings;

/// <summary>What is known of the comment to a decision: the ledger holds a salted commitment to it, and its text lies where it can be erased.</summary>
public enum CommentState : byte
{
    /// <summary>The decision came without one.</summary>
    None = 0,

    /// <summary>The text is here, and is the one that was committed to.</summary>
    Shown = 1,

    /// <summary>There is one, and its text is not with this copy of the ledger.</summary>
    NotHere = 2,

    /// <summary>There was one, and its text was erased.</summary>
    Erased = 3,

    /// <summary>A text is here and is not the one that was committed to; it is not shown.</summary>
    Changed = 4,
}

/// <summary>The comment to a decision. The default is none.</summary>
/// <param name="State">What is known of it.</param>
/// <param name="Text">The text, at most 20,000 characters; empty unless shown.</param>
public readonly record struct DecisionComment(CommentState State, string Text);
