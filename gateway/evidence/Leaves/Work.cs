namespace TaserTelemetry.Evidence.Leaves;

/// <summary>A file was imported.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Profile">Profile it was read with; empty = none.</param>
/// <param name="FileDigest">SHA-256 of a capture; for files about people a salted commitment.</param>
/// <param name="DigestSalted">1 = a salted commitment.</param>
/// <param name="FileBytes">Its length.</param>
/// <param name="Accepted">Frames or rows accepted; 0 when the leaf precedes them.</param>
/// <param name="Rejected">Frames or rows not accepted.</param>
/// <param name="Number">Version of the same import, from 1.</param>
public sealed record Import(
    ulong AtNs,
    ActorId By,
    ImportKind Kind,
    string Profile,
    Digest FileDigest,
    bool DigestSalted,
    ulong FileBytes,
    ulong Accepted,
    ulong Rejected,
    uint Number
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Import;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static Import Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            (ImportKind)reader.Closed(reader.U8(), (byte)ImportKind.Register),
            reader.Name(),
            reader.Digest(),
            reader.Flag(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U32()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.U8((byte)Kind);
        writer.Name(Profile);
        writer.Digest(FileDigest);
        writer.Flag(DigestSalted);
        writer.U64(FileBytes);
        writer.U64(Accepted);
        writer.U64(Rejected);
        writer.U32(Number);
    }
}

/// <summary>A run of an audit tool left its trace.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Verb">What was run.</param>
/// <param name="RuleSet">SHA-256 of rule set and parameters.</param>
/// <param name="Inputs">Salted commitment to the inputs.</param>
/// <param name="AsOfNs">As-of time, ns UTC.</param>
/// <param name="LedgerSize">Size of the checkpoint read.</param>
/// <param name="LedgerRoot">Root of it.</param>
/// <param name="Cases">Cases found.</param>
/// <param name="Findings">Findings.</param>
/// <param name="Output">Salted commitment to the findings.</param>
/// <param name="ToolVersion">Version of the tool.</param>
public sealed record Run(
    ulong AtNs,
    ActorId By,
    AuditVerb Verb,
    Digest RuleSet,
    Digest Inputs,
    ulong AsOfNs,
    ulong LedgerSize,
    Digest LedgerRoot,
    uint Cases,
    uint Findings,
    Digest Output,
    uint ToolVersion
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Run;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static Run Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            (AuditVerb)reader.Closed(reader.U8(), (byte)AuditVerb.Copy),
            reader.Digest(),
            reader.Digest(),
            reader.U64(),
            reader.U64(),
            reader.Digest(),
            reader.U32(),
            reader.U32(),
            reader.Digest(),
            reader.U32()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.U8((byte)Verb);
        writer.Digest(RuleSet);
        writer.Digest(Inputs);
        writer.U64(AsOfNs);
        writer.U64(LedgerSize);
        writer.Digest(LedgerRoot);
        writer.U32(Cases);
        writer.U32(Findings);
        writer.Digest(Output);
        writer.U32(ToolVersion);
    }
}

/// <summary>A remark on a leaf; the text lies in DATA/records.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Target">Which leaf.</param>
/// <param name="Code">Code of the force's list.</param>
/// <param name="TextCommitment">Salted commitment to the text.</param>
public sealed record Annotation(ulong AtNs, ActorId By, LeafReference Target, ushort Code, Digest TextCommitment) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Annotation;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static Annotation Read(ref LeafReader reader) =>
        new(reader.U64(), reader.Actor(), reader.Reference(), reader.U16(), reader.Digest());

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.Reference(Target);
        writer.U16(Code);
        writer.Digest(TextCommitment);
    }
}

/// <summary>Use of a record restricted, or free again.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Target">Which leaf.</param>
/// <param name="State">Restricted or lifted.</param>
/// <param name="Code">Code of the force's list.</param>
public sealed record Restriction(ulong AtNs, ActorId By, LeafReference Target, RestrictionState State, ushort Code) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Restriction;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static Restriction Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            reader.Reference(),
            (RestrictionState)reader.Closed(reader.U8(), (byte)RestrictionState.Lifted),
            reader.U16()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.Reference(Target);
        writer.U8((byte)State);
        writer.U16(Code);
    }
}

/// <summary>A person decided on a use, a finding or a case.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Subject">What kind of thing.</param>
/// <param name="SubjectId">Its id: SHA-256 over leaf hashes and rule.</param>
/// <param name="Code">Outcome code.</param>
/// <param name="TextCommitment">Salted commitment to the comment; none = no comment.</param>
/// <param name="Facts">SHA-256 over the leaf hashes it rested on.</param>
public sealed record Decision(
    ulong AtNs,
    ActorId By,
    DecisionSubject Subject,
    Digest SubjectId,
    ushort Code,
    Digest TextCommitment,
    Digest Facts
) : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Decision;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static Decision Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            (DecisionSubject)reader.Closed(reader.U8(), (byte)DecisionSubject.Case),
            reader.Digest(),
            reader.U16(),
            reader.Digest(),
            reader.Digest()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.U8((byte)Subject);
        writer.Digest(SubjectId);
        writer.U16(Code);
        writer.Digest(TextCommitment);
        writer.Digest(Facts);
    }
}

/// <summary>A quarantined item was judged again.</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Target">The quarantined item.</param>
/// <param name="ParserVersion">Of the new judgement.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Reason">Reason of the wire; 0 = plain.</param>
public sealed record Rejudgement(ulong AtNs, ActorId By, LeafReference Target, ushort ParserVersion, LeafVerdict Verdict, ushort Reason)
    : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Rejudgement;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static Rejudgement Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            reader.Reference(),
            reader.U16(),
            (LeafVerdict)reader.Closed(reader.U8(), (byte)LeafVerdict.KeptAside),
            reader.U16()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.Reference(Target);
        writer.U16(ParserVersion);
        writer.U8((byte)Verdict);
        writer.U16(Reason);
    }
}

/// <summary>A reading, export or disclosure, recorded before data leave (in the access log).</summary>
/// <param name="AtNs">When, ns since 1970 UTC.</param>
/// <param name="By">Who, as an actor id; all zero = the gateway itself.</param>
/// <param name="Verb">What was done.</param>
/// <param name="Device">Device serial; empty = not of one device.</param>
/// <param name="FromNs">Period from, ns UTC; 0 = open.</param>
/// <param name="ToNs">Period to, ns UTC; 0 = open.</param>
/// <param name="Recipient">To whom; all zero = the reader.</param>
/// <param name="Items">How many records or rows.</param>
public sealed record Access(ulong AtNs, ActorId By, AuditVerb Verb, string Device, ulong FromNs, ulong ToNs, ActorId Recipient, ulong Items)
    : Leaf
{
    /// <inheritdoc/>
    public override LeafType Type => LeafType.Access;

    /// <inheritdoc/>
    public override ulong TimeNs => AtNs;

    internal static Access Read(ref LeafReader reader) =>
        new(
            reader.U64(),
            reader.Actor(),
            (AuditVerb)reader.Closed(reader.U8(), (byte)AuditVerb.Copy),
            reader.Name(),
            reader.U64(),
            reader.U64(),
            reader.Actor(),
            reader.U64()
        );

    private protected override void WriteFields(ref LeafWriter writer)
    {
        writer.U64(AtNs);
        writer.Actor(By);
        writer.U8((byte)Verb);
        writer.Name(Device);
        writer.U64(FromNs);
        writer.U64(ToNs);
        writer.Actor(Recipient);
        writer.U64(Items);
    }
}
