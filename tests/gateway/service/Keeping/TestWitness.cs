using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Gateway.Tests.Keeping;

/// <summary>
/// A small witness that speaks C2SP tlog-witness over HTTP with a key of its own: it knows every log that it meets first (a real one is
/// given their keys), checks each consistency proof, remembers, and cosigns.
/// </summary>
internal sealed class TestWitness : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly SigningKey key;
    private readonly VerifierKey cosigner;
    private readonly ConcurrentDictionary<string, (Checkpoint Checkpoint, SignedNote Note)> remembered = new();
    private readonly Lock gate = new();

    private TestWitness(string name)
    {
        key = SigningKey.FromSeed(name, RandomNumberGenerator.GetBytes(32));
        cosigner = VerifierKey.From(name, SignatureType.CosignatureV1, key.Verifier.Key)!;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapPost("/add-checkpoint", AddAsync);
        app.MapGet("/{origin}/checkpoint", Show);
    }

    /// <summary>What it holds, of the one log that it knows.</summary>
    public Checkpoint Held => remembered.Values.Single().Checkpoint;

    /// <summary>Makes it remember something else of that log.</summary>
    public void Remember((Checkpoint Checkpoint, SignedNote Note) known) => remembered[known.Checkpoint.Origin] = known;

    /// <summary>When it says that it signs; a test that needs a month to pass moves it.</summary>
    public DateTimeOffset Now { get; set; } = TimeProvider.System.GetUtcNow();

    public WitnessMember Member => new() { Vkey = cosigner.ToString(), Url = app.Urls.First() };

    public int Asked { get; private set; }

    public static async Task<TestWitness> StartAsync(string name)
    {
        var witness = new TestWitness(name);
        await witness.app.StartAsync();
        return witness;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
    }

    private IResult Show(string origin)
    {
        foreach (var (name, held) in remembered)
        {
            if (Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))) == origin)
            {
                return Results.Text(held.Note.ToString());
            }
        }
        return Results.NotFound();
    }

    private async Task<IResult> AddAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        var split = body.IndexOf("\n\n", StringComparison.Ordinal);
        var head = body[..split].Split('\n');
        var old = ulong.Parse(head[0]["old ".Length..], CultureInfo.InvariantCulture);
        var proof = head.Skip(1).Select(line => Hash256.TryParse(line, out var hash) ? hash : throw new FormatException(line)).ToArray();
        if (Checkpoint.ParseNote(Encoding.UTF8.GetBytes(body[(split + 2)..])) is not { } asked)
        {
            return Results.BadRequest();
        }
        lock (gate)
        {
            Asked++;
            return Judge(old, proof, asked.Checkpoint, asked.Note);
        }
    }

    private IResult Judge(ulong old, Hash256[] proof, Checkpoint checkpoint, SignedNote note)
    {
        var known = remembered.TryGetValue(checkpoint.Origin, out var held);
        var size = known ? held.Checkpoint.Size : 0;
        if (old != size)
        {
            return Results.Text($"{size}\n", "text/x.tlog.size", statusCode: 409);
        }
        if (old > checkpoint.Size)
        {
            return Results.BadRequest();
        }
        if (known && !MerkleProof.ConsistencyHolds(size, held.Checkpoint.Root, checkpoint.Size, checkpoint.Root, proof))
        {
            return Results.StatusCode(422);
        }
        remembered[checkpoint.Origin] = (checkpoint, note);
        var blob = new byte[72];
        var seconds = (ulong)Now.ToUnixTimeSeconds();
        BinaryPrimitives.WriteUInt64BigEndian(blob, seconds);
        key.Sign(Cosignature.Message(seconds, note.Text)).CopyTo(blob, 8);
        return Results.Text(new NoteSignature(cosigner.Name, cosigner.Id, blob).ToString());
    }
}
