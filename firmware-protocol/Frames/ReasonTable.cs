namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>One line of SPEC clause 14.2.</summary>
/// <param name="Reason">The code.</param>
/// <param name="Side">Which side finds it: gateway, dock or both.</param>
/// <param name="Step">Where in the conversation.</param>
/// <param name="Action">The action sent with it unless the situation asks for another.</param>
public readonly record struct ReasonEntry(Reason Reason, string Side, string Step, ReasonAction Action);

/// <summary>Side, step and action of every reason: the same words in logs, metrics, the page and SPEC clause 14.2.</summary>
public static class ReasonTable
{
    private static readonly ReasonEntry[] Rows =
    [
        new(Reason.MagicWrong, "both", "frame header", ReasonAction.None),
        new(Reason.VersionUnsupported, "gateway", "frame header", ReasonAction.StopAndCall),
        new(Reason.HeaderCheckWrong, "both", "frame header", ReasonAction.None),
        new(Reason.PayloadTooLong, "gateway", "frame header", ReasonAction.HelloAgain),
        new(Reason.FrameCheckWrong, "gateway", "frame check", ReasonAction.ResendNow),
        new(Reason.CobsBroken, "both", "serial framing", ReasonAction.None),
        new(Reason.FrameCutShort, "gateway", "serial framing", ReasonAction.ResendNow),
        new(Reason.FrameRunsOn, "gateway", "serial framing", ReasonAction.ResendNow),
        new(Reason.FrameTooLong, "both", "serial framing", ReasonAction.None),
        new(Reason.PayloadTooShort, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.TrailingBytes, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.TextTooLong, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.TextEmpty, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.TextNotAllowed, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.TooManyRanges, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.RangeEmpty, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.RangeOverflow, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.RangesOutOfOrder, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.RecordWidthWrong, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.RecordCountWrong, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.RecordsOffsetWrong, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.SequenceBitsWrong, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.PartWrong, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.ValueNotAllowed, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.TooManyItems, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.SignatureLengthWrong, "gateway", "decoding", ReasonAction.Skip),
        new(Reason.SessionUnknown, "gateway", "any frame", ReasonAction.HelloAgain),
        new(Reason.SessionNotYours, "gateway", "any frame", ReasonAction.HelloAgain),
        new(Reason.FrameNumberReused, "gateway", "numbered frame", ReasonAction.HelloAgain),
        new(Reason.MessageNotExpected, "both", "any frame", ReasonAction.Skip),
        new(Reason.WindowExceeded, "gateway", "numbered frame", ReasonAction.Wait),
        new(Reason.CreditExceeded, "gateway", "numbered frame", ReasonAction.Wait),
        new(Reason.SignatureNeeded, "gateway", "hello", ReasonAction.StopAndCall),
        new(Reason.SignatureWrong, "gateway", "hello", ReasonAction.StopAndCall),
        new(Reason.ChallengeStale, "gateway", "hello", ReasonAction.HelloAgain),
        new(Reason.SilentTooLong, "both", "session", ReasonAction.HelloAgain),
        new(Reason.SessionReplaced, "gateway", "session", ReasonAction.Wait),
        new(Reason.GatewayStopping, "gateway", "session", ReasonAction.Wait),
        new(Reason.ConversationOver, "both", "session", ReasonAction.None),
        new(Reason.MessageTypeUnknown, "gateway", "any frame", ReasonAction.None),
        new(Reason.TopicWrong, "gateway", "MQTT", ReasonAction.Skip),
        new(Reason.RetainedNotAllowed, "gateway", "MQTT", ReasonAction.Skip),
        new(Reason.QosTooLow, "gateway", "MQTT", ReasonAction.ResendNow),
        new(Reason.MessageTooLong, "gateway", "MQTT", ReasonAction.HelloAgain),
        new(Reason.DockStopping, "dock", "session", ReasonAction.None),
        new(Reason.DockUnknown, "gateway", "hello", ReasonAction.StopAndCall),
        new(Reason.DockRevoked, "gateway", "hello", ReasonAction.StopAndCall),
        new(Reason.DockNameMismatch, "gateway", "hello", ReasonAction.StopAndCall),
        new(Reason.ForceMismatch, "gateway", "hello", ReasonAction.StopAndCall),
        new(Reason.ArmouryMismatch, "gateway", "hello", ReasonAction.StopAndCall),
        new(Reason.DeviceUnknown, "gateway", "batch", ReasonAction.None),
        new(Reason.DeviceRevoked, "gateway", "batch", ReasonAction.None),
        new(Reason.DiskFull, "gateway", "journal", ReasonAction.Wait),
        new(Reason.QuarantineFull, "gateway", "quarantine", ReasonAction.Wait),
        new(Reason.TooManyGaps, "gateway", "journal", ReasonAction.Wait),
        new(Reason.RateExceeded, "gateway", "any frame", ReasonAction.Wait),
        new(Reason.GatewayBusy, "gateway", "hello", ReasonAction.Wait),
        new(Reason.StorageSlow, "gateway", "journal", ReasonAction.Wait),
        new(Reason.BytesDiffer, "gateway", "batch", ReasonAction.None),
        new(Reason.RecordDoubtful, "gateway", "batch", ReasonAction.None),
        new(Reason.ChainBroken, "gateway", "session head", ReasonAction.None),
        new(Reason.HeadSignatureWrong, "gateway", "session head", ReasonAction.None),
        new(Reason.NonceUnknown, "gateway", "session head", ReasonAction.None),
        new(Reason.NonceSpent, "gateway", "session head", ReasonAction.None),
        new(Reason.NonceExpired, "gateway", "session head", ReasonAction.None),
        new(Reason.HeadCounterWentBack, "gateway", "session head", ReasonAction.None),
        new(Reason.ReceiptNotVerified, "gateway", "receipt shown", ReasonAction.None),
        new(Reason.HeldElsewhere, "gateway", "receipt shown", ReasonAction.None),
        new(Reason.ReceiptedButMissing, "gateway", "receipt shown", ReasonAction.None),
        new(Reason.Retranslated, "gateway", "batch", ReasonAction.None),
        new(Reason.EchoTooLate, "gateway", "clock echo", ReasonAction.None),
        new(Reason.CarrierRemoved, "dock", "undocked", ReasonAction.None),
        new(Reason.CarrierFault, "dock", "undocked", ReasonAction.None),
        new(Reason.CarrierReleased, "dock", "undocked", ReasonAction.None),
        new(Reason.MemoryWrapped, "dock", "range gone", ReasonAction.None),
        new(Reason.MemoryUnreadable, "dock", "range gone", ReasonAction.None),
        new(Reason.ReceiptedAndDropped, "dock", "range gone", ReasonAction.None),
    ];

    private static readonly Dictionary<Reason, ReasonAction> Actions = Rows.ToDictionary(row => row.Reason, row => row.Action);

    /// <summary>Every reason but <see cref="Reason.None"/>, by rising code.</summary>
    public static ReadOnlySpan<ReasonEntry> Entries => Rows;

    /// <summary>The action of a reason; of one that is not listed <see cref="ReasonAction.StopAndCall"/>.</summary>
    public static ReasonAction ActionOf(Reason reason) =>
        reason == Reason.None ? ReasonAction.None
        : Actions.TryGetValue(reason, out var action) ? action
        : ReasonAction.StopAndCall;
}
