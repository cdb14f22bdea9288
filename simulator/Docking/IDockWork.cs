namespace TaserTelemetry.Simulator.Docking;

/// <summary>What a dock has to say: the visits of a history, or the frames of a capture.</summary>
internal interface IDockWork
{
    /// <summary>When there is something to say by itself; <see cref="long.MaxValue"/> = when the gateway has spoken.</summary>
    long DueMs { get; }

    /// <summary>Says what session, credit and window allow. Answers whether all is said and acked.</summary>
    bool Advance(DockConversation talk);

    /// <summary>The session is gone: what is not acked must be said again in the next.</summary>
    void SessionLost();
}
