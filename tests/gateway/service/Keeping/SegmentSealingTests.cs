using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Keeping;

/// <summary>What follows a start behind the ready line.</summary>
public sealed class SegmentSealingTests
{
    [Fact]
    public async Task Index_files_are_looked_through_when_everything_else_has_started_and_not_before()
    {
        using var ground = new Ground();
        await (await RunningGateway.StartAsync(folder: ground.Folder)).DisposeAsync();
        using var journal = OpenJournal.Open(RunningGateway.SettingsIn(ground.Folder));
        using var start = new AwaitedStart();
        var sealing = new SegmentSealing(journal, new FatalEnd(), start, NullLogger.Instance);
        var steps = 0;
        Task OnIngestThread(Action<GroupBuilder> step)
        {
            steps++;
            step(journal.Group);
            return Task.CompletedTask;
        }
        sealing.CatchUp(OnIngestThread, CancellationToken.None);
        await start.IsAwaited.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((1, false), (steps, journal.Known.Complete)); // the open segment's own records are taken in at once
        start.Begin();
        await sealing.Running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((2, true), (steps, journal.Known.Complete));
    }

    /// <summary>A host whose start ends when it is told to, and that tells when somebody waits for it.</summary>
    private sealed class AwaitedStart : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource started = new();
        private readonly TaskCompletionSource awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsAwaited => awaited.Task;

        public CancellationToken ApplicationStarted
        {
            get
            {
                awaited.TrySetResult();
                return started.Token;
            }
        }

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void Begin() => started.Cancel();

        public void StopApplication() => throw new InvalidOperationException("nothing here ends the gateway");

        public void Dispose() => started.Dispose();
    }
}
