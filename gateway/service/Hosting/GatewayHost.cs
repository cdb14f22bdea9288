using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging.Console;
using TaserTelemetry.Gateway.Access;
using TaserTelemetry.Gateway.Audit;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Doors;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Hosting;

/// <summary>The running gateway, put together: what starts in which order, and what it ends with.</summary>
internal static class GatewayHost
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(30);

    /// <summary>Runs until told to stop. 0 stopped, 1 fatal.</summary>
    public static async Task<int> RunAsync(GatewaySettings settings, CancellationToken cancellation)
    {
        // A serial line opened by a service becomes its controlling terminal, and its hang-up would end the process.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        await using var app = Build(settings, TimeProvider.System);
        await StartAsync(app, settings, cancellation);
        var announced = app.Services.GetRequiredService<Readiness>().AnnounceWhenReadyAsync(app, TimeProvider.System);
        await app.WaitForShutdownAsync(cancellation);
        await announced;
        var fatal = app.Services.GetRequiredService<FatalEnd>();
        if (fatal.Why is not null)
        {
            await Console.Error.WriteLineAsync($"taser-gateway: {fatal.Why}");
            return 1;
        }
        return 0;
    }

    /// <summary>Starts the host; what an operator can mend comes as <see cref="StartRefusedException"/>.</summary>
    public static async Task StartAsync(WebApplication app, GatewaySettings settings, CancellationToken cancellation)
    {
        try
        {
            await StartOrStopAsync(app, cancellation);
        }
        catch (OperationCanceledException ended) when (app.Services.GetRequiredService<FatalEnd>().Why is { } why)
        {
            // what was already running found that the gateway cannot go on, before all of it had started
            throw new StartRefusedException(why, ended);
        }
        catch (IOException taken) when (taken.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new StartRefusedException(
                $"http:listen {settings.Http.Listen} is in use by another process. Stop that one, or set http:listen to another address.",
                taken
            );
        }
    }

    /// <summary>
    /// The host does not stop what it had started when a later service refuses. Whatever already runs is stopped here, before anything it
    /// uses is disposed under it.
    /// </summary>
    private static async Task StartOrStopAsync(WebApplication app, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
        }
        catch
        {
            await app.StopAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>The host, not started. Order of the services is order of start; they stop in the opposite order.</summary>
    public static WebApplication Build(GatewaySettings settings, TimeProvider clock)
    {
        // The host's own habit of watching its working folder for settings would see every write to DATA that lies in it (measured).
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Host.UseSystemd();
        builder.Configuration.Sources.Clear();
        Logging(builder.Logging, settings);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(server => Listen(server, settings));
        var services = builder.Services;
        services.Configure<HostOptions>(host => host.ShutdownTimeout = StopWithin);
        services.AddSingleton(settings);
        services.AddSingleton(clock);
        services.AddSingleton(new IngestQueue(settings.Limits.QueueBytesMax));
        services.AddSingleton<DurableMark>();
        services.AddSingleton<DoorStates>();
        services.AddSingleton<DoorMeters>();
        services.AddSingleton<IngestMeters>();
        services.AddSingleton<FatalEnd>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<JournalService>();
        services.AddSingleton<AccessService>();
        services.AddSingleton<WitnessService>();
        services.AddSingleton<TimeStampService>();
        services.AddSingleton<StoresService>();
        services.AddSingleton<DoorsService>();
        services.AddSingleton<AuditApi>();
        services.AddSingleton<ParquetDownload>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalService>());
        services.AddHostedService(provider => provider.GetRequiredService<AccessService>());
        services.AddHostedService(provider => provider.GetRequiredService<WitnessService>());
        services.AddHostedService(provider => provider.GetRequiredService<TimeStampService>());
        services.AddHostedService(provider => provider.GetRequiredService<StoresService>());
        services.AddHostedService(provider => provider.GetRequiredService<DoorsService>());
        var app = builder.Build();
        AccessGate.Map(app, app.Services.GetRequiredService<JournalService>(), clock);
        app.Services.GetRequiredService<Readiness>().Map(app);
        var stores = app.Services.GetRequiredService<StoresService>();
        ControlSocket.Map(app, app.Services.GetRequiredService<JournalService>(), stores, settings.Data, clock);
        app.Services.GetRequiredService<AuditApi>().Map(app);
        app.Services.GetRequiredService<ParquetDownload>().Map(app);
        AuditorPage.Map(app);
        return app;
    }

    private static void Logging(ILoggingBuilder logging, GatewaySettings settings)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(settings.LogLevel);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // A refused start is thrown on and told once, in words, by the command line.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        // Standard output belongs to what was asked for; what is told goes to standard error.
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void Listen(KestrelServerOptions server, GatewaySettings settings)
    {
        var http = settings.Http;
        server.AddServerHeader = false;
        SettingsRules.TryEndpoint(http.Listen, out var endpoint);
        server.Listen(
            endpoint,
            listen =>
            {
                if (ListenerCertificates.Load(http) is { } certificates)
                {
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificate = certificates.Own;
                        https.ClientCertificateMode = certificates.AsksForClients
                            ? ClientCertificateMode.RequireCertificate
                            : ClientCertificateMode.NoCertificate;
                        https.ClientCertificateValidation = (peer, _, _) => certificates.Trusts(peer);
                    });
                }
            }
        );
        if (ControlSocket.Fits(settings.Data))
        {
            server.ListenUnixSocket(ControlSocket.PathIn(settings.Data));
        }
    }
}
