using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>What one witness said when it was asked about a checkpoint.</summary>
/// <param name="Lines">Its cosignature lines, verified; empty when it gave none.</param>
/// <param name="Words">What is wrong; empty when it cosigned.</param>
/// <param name="Proof">A checkpoint of this log, signed with its own key, that this DATA does not lead to; null = there is none.</param>
internal sealed record WitnessWord(IReadOnlyList<NoteSignature> Lines, string Words, Checkpoint? Proof = null);

/// <summary>One witness over HTTP (C2SP tlog-witness): asked with the newest checkpoint, and for what it remembers.</summary>
internal sealed class WitnessDesk : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(5);

    // A witness may hold another size than we think, once for each time that somebody else asked it; more is a witness that plays.
    private const int TriesMax = 3;
    private readonly HttpClient http;
    private readonly string tlogFolder;
    private ulong held;
    private bool answered;
    private TimeSpan wait = TimeSpan.Zero;
    private DateTimeOffset notBefore;

    public WitnessDesk(WitnessMember member, string tlogFolder)
    {
        this.tlogFolder = tlogFolder;
        Key = VerifierKey.Parse(member.Vkey)!;
        http = new HttpClient { Timeout = Patience, MaxResponseContentBufferSize = WitnessExchange.AnswerBytesMax };
        http.BaseAddress = new Uri(member.Url.EndsWith('/') ? member.Url : member.Url + "/");
    }

    public VerifierKey Key { get; }

    /// <summary>What it said last; empty when all was well.</summary>
    public string Words { get; private set; } = "";

    /// <summary>Asked once at each start even about what it has cosigned: it may remember more than a restored copy does.</summary>
    public bool IsDue(DateTimeOffset now, SignedNote note) => now >= notBefore && !(answered && note.IsSignedBy(Key));

    /// <summary>Asks it to cosign; after a failure it is left alone for a time that grows.</summary>
    public async Task<WitnessWord> AskAsync(
        Checkpoint checkpoint,
        SignedNote note,
        VerifierKey own,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        WitnessWord word;
        try
        {
            word = await ExchangeAsync(checkpoint, note, own, cancel);
        }
        catch (Exception away)
            when (away is HttpRequestException or TileMissingException
                || (away is OperationCanceledException && !cancel.IsCancellationRequested)
            )
        {
            word = new WitnessWord(
                [],
                away is OperationCanceledException ? $"it did not answer within {Patience.TotalSeconds} s" : away.Message
            );
        }
        Words = word.Words;
        answered |= word.Lines.Count > 0;
        wait =
            word.Lines.Count > 0 ? TimeSpan.Zero
            : wait == TimeSpan.Zero ? TimeSpan.FromSeconds(1)
            : wait * 2;
        wait = wait > WaitMax ? WaitMax : wait;
        // A little apart, so that gateways that lost the same witness do not come back as one.
        notBefore = now + wait + (wait * (RandomNumberGenerator.GetInt32(100) / 400.0));
        return word;
    }

    /// <summary>The newest checkpoint of an origin that it holds, signed by that log's key; null when it holds none or does not say.</summary>
    public async Task<(Checkpoint Checkpoint, SignedNote Note)?> HeldAsync(VerifierKey own, CancellationToken cancel)
    {
        var path = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(own.Name))) + "/checkpoint";
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), cancel);
        if (!answer.IsSuccessStatusCode)
        {
            return null;
        }
        var parsed = Checkpoint.ParseNote(await answer.Content.ReadAsByteArrayAsync(cancel));
        return parsed is { } known && known.Checkpoint.Origin == own.Name && known.Note.IsSignedBy(own) ? known : null;
    }

    public void Dispose() => http.Dispose();

    private async Task<WitnessWord> ExchangeAsync(Checkpoint checkpoint, SignedNote note, VerifierKey own, CancellationToken cancel)
    {
        var tiles = new TileReader(new RealDisk(), tlogFolder, checkpoint.Size);
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var proof = held == checkpoint.Size ? [] : WitnessExchange.Proof(tiles, held);
            var answer = await PostAsync(WitnessExchange.Request(held, proof, OwnLines(note, own)), cancel);
            switch (answer.Verdict)
            {
                case WitnessVerdict.Cosigned:
                    return Cosigned(checkpoint, note, answer.Cosignatures);
                case WitnessVerdict.HoldsOtherSize when answer.HeldSize <= checkpoint.Size && answer.HeldSize != held:
                    held = answer.HeldSize;
                    continue;
                case WitnessVerdict.HoldsOtherSize:
                    return await ContradictedAsync(
                        checkpoint,
                        own,
                        $"it holds {answer.HeldSize} records, this ledger has signed {checkpoint.Size}",
                        cancel
                    );
                case WitnessVerdict.Inconsistent:
                    return await ContradictedAsync(checkpoint, own, "this ledger does not continue what it remembers", cancel);
                case WitnessVerdict.Unknown:
                    return new WitnessWord([], "it does not know this ledger, or not its key: give it ledger.vkey");
                default:
                    return new WitnessWord([], "its answer is none of the protocol's");
            }
        }
        return new WitnessWord([], "it names another size each time it is asked");
    }

    /// <summary>Its word alone stops nobody: what counts is a checkpoint under this ledger's own key that this DATA does not lead to.</summary>
    private async Task<WitnessWord> ContradictedAsync(Checkpoint checkpoint, VerifierKey own, string words, CancellationToken cancel)
    {
        if (await HeldAsync(own, cancel) is not { Checkpoint: var remembered })
        {
            return new WitnessWord([], $"{words}; it shows no signed checkpoint for that");
        }
        var tiles = new TileReader(new RealDisk(), tlogFolder, checkpoint.Size);
        var leads =
            remembered.Size <= checkpoint.Size
            && MerkleProof.ConsistencyHolds(
                remembered.Size,
                remembered.Root,
                checkpoint.Size,
                checkpoint.Root,
                remembered.Size == checkpoint.Size ? [] : [.. tiles.ConsistencyWith(remembered.Size)]
            );
        return leads ? new WitnessWord([], $"{words}, but what it shows fits") : new WitnessWord([], words, remembered);
    }

    private WitnessWord Cosigned(Checkpoint checkpoint, SignedNote note, IReadOnlyList<NoteSignature> lines)
    {
        var good = lines
            .Where(line => line.Name == Key.Name && line.KeyId == Key.Id && (note with { Signatures = [line] }).IsSignedBy(Key))
            .Take(1)
            .ToList();
        if (good.Count == 0)
        {
            return new WitnessWord([], "its cosignature does not hold under the key that the settings name");
        }
        held = checkpoint.Size;
        return new WitnessWord(good, "");
    }

    /// <summary>A witness is asked with the log's own lines: others' do not concern it.</summary>
    private static SignedNote OwnLines(SignedNote note, VerifierKey own) =>
        note with
        {
            Signatures = [.. note.Signatures.Where(line => line.Name == own.Name)],
        };

    private async Task<WitnessAnswer> PostAsync(byte[] request, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(request);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain") { CharSet = "utf-8" };
        using var answer = await http.PostAsync(new Uri(WitnessExchange.Path, UriKind.Relative), content, cancel);
        var body = await answer.Content.ReadAsByteArrayAsync(cancel);
        return WitnessExchange.Answer((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType ?? "", body);
    }
}
