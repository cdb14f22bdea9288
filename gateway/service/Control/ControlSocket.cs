using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.Records;

namespace TaserTelemetry.Gateway.Control;

/// <summary>A request as it travels over DATA/control.sock.</summary>
internal sealed record ControlMessage(string Verb, string By, Dictionary<string, string> Arguments);

/// <summary>
/// DATA/control.sock: how the verbs reach a running gateway. Whoever may open the socket file may ask; it is the same user's. The route
/// answers on this socket alone, never on the HTTP listener.
/// </summary>
internal static class ControlSocket
{
    private const string Route = "/control";

    // What fits the address of a Unix socket, its closing zero included.
    private const int PathBytesMax = 107;

    public static string PathIn(string data) => Path.Combine(Path.GetFullPath(data), "control.sock");

    /// <summary>False when the folder's path is too long for a socket address: the verbs then need the gateway stopped.</summary>
    public static bool Fits(string data) => System.Text.Encoding.UTF8.GetByteCount(PathIn(data)) <= PathBytesMax;

    public static void Map(WebApplication app, JournalService journal, StoresService stores, string data, TimeProvider clock) =>
        app.MapPost(
            Route,
            async (HttpContext context) =>
            {
                if (context.Connection.LocalIpAddress is not null)
                {
                    return Results.NotFound();
                }
                var message = await context.Request.ReadFromJsonAsync(ControlJson.Default.ControlMessage, context.RequestAborted);
                if (message is null)
                {
                    return Results.BadRequest();
                }
                var account = OsAccount.OfPeer(context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket);
                var reader = ReaderOf(message, account);
                var actor = ActorOf(data, message.By, account, message.Verb, clock);
                var request = new ControlRequest(message.Verb, actor, message.Arguments);
                Task StepAsync(Action step) => journal.Loop.AppendAsync(_ => step());
                if (StoreActions.Knows(request.Verb))
                {
                    var told = await StoreActions.RunAsync(
                        journal.Open,
                        stores.Series,
                        request,
                        reader,
                        StepAsync,
                        clock,
                        context.RequestAborted
                    );
                    return Results.Json(told, ControlJson.Default.ControlAnswer);
                }
                if (request.Verb == ControlActions.Backup)
                {
                    var copied = await Backup.RunLiveAsync(journal, request, reader, clock, context.RequestAborted);
                    return Results.Json(copied, ControlJson.Default.ControlAnswer);
                }
                var answer = await ControlDesk.AnswerAsync(journal.Open, data, request, reader, StepAsync, clock);
                return Results.Json(answer, ControlJson.Default.ControlAnswer);
            }
        );

    /// <summary>Asks a running gateway.</summary>
    /// <exception cref="DataInUseException">It does not answer on its socket.</exception>
    public static async Task<ControlAnswer> AskAsync(
        string data,
        ControlMessage message,
        DataInUseException inUse,
        CancellationToken cancellation
    )
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(PathIn(data)), token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        // A count or an export takes as long as the journal is long; whoever does not want to wait interrupts it.
        using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var answer = await http.PostAsJsonAsync(
                "http://localhost" + Route,
                message,
                ControlJson.Default.ControlMessage,
                cancellation
            );
            answer.EnsureSuccessStatusCode();
            return (await answer.Content.ReadFromJsonAsync(ControlJson.Default.ControlAnswer, cancellation))!;
        }
        catch (HttpRequestException noAnswer)
        {
            throw new DataInUseException($"{inUse.Message} It does not answer on {PathIn(data)}: {noAnswer.Message}", noAnswer);
        }
    }

    /// <summary>Who reads: as told with --by, else the account that asked.</summary>
    public static string ReaderOf(ControlMessage message, OsAccount account) => message.By.Length > 0 ? message.By : account.Shown;

    /// <summary>The id of the name that was given; the account that asked is durable beside it in DATA/records when this returns.</summary>
    public static ActorId ActorOf(string data, string by, OsAccount account, string doing, TimeProvider clock)
    {
        using var actors = new ActorBook(data);
        return actors.Asked(by, account, doing, UnixTime.NowNs(clock));
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ControlMessage))]
[JsonSerializable(typeof(ControlAnswer))]
internal sealed partial class ControlJson : JsonSerializerContext;
