using System.Globalization;
using Agents.NodeAgent.Hashing;
using Agents.NodeAgent.Redaction;
using Agents.NodeAgent.Sources;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Inventory;

/// <summary>Announces at start, and again and again, what already runs, so that a stretch of the log explains itself.</summary>
/// <param name="named">When there are more of them, what runs is announced at once with their names.</param>
/// <param name="after">What is waited for before the first time.</param>
internal sealed class InventorySource(
    InventoryOptions options, ArgumentRedactor redactor, IExecutableSink? executables, NamedCgroups named, TimeProvider time,
    ILogger logger, Task after)
    : IEventSource
{
    private const string Name = "inventory";

    private readonly RuntimePrograms _runtimes = new();
    private volatile SourceState _state = new(Name, SourceStates.Connected, "reading");

    public SourceState State => _state;

    public async Task RunAsync(IEventSink sink, CancellationToken cancellation)
    {
        await after.WaitAsync(cancellation);
        using var ticks = new PeriodicTimer(options.Interval, time);
        Task<bool> tick = ticks.WaitForNextTickAsync(cancellation).AsTask();
        while (true)
        {
            Task changed = named.Changed;
            await AnnounceAsync(sink, cancellation);
            await Task.WhenAny(tick, changed);
            if (!tick.IsCompleted) continue;
            if (!await tick) return;
            tick = ticks.WaitForNextTickAsync(cancellation).AsTask();
        }
    }

    private async Task AnnounceAsync(IEventSink sink, CancellationToken cancellation)
    {
        var scan = new InventoryScan(options, _runtimes, redactor, named);
        try
        {
            scan.Run(cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (_state.State != SourceStates.Unavailable) Log.InventoryUnavailable(logger, options.Proc, fault.Message);
            _state = new SourceState(Name, SourceStates.Unavailable, fault.Message);
            return;
        }

        int mounts = 0;
        foreach (ExistingProcess process in scan.Processes)
        {
            await sink.TakeWhenRoomAsync(process, cancellation);
            executables?.Seen(new ExecutableSeen(process.Task.Tgid, process.ExePath, process.Executable, Announce: true));
        }

        foreach (ExistingMount mount in scan.Mounts)
        {
            await sink.TakeWhenRoomAsync(mount, cancellation);
            mounts++;
        }

        string found = string.Create(CultureInfo.InvariantCulture, $"{scan.Processes.Count} processes, {mounts} mounts");
        _state = new SourceState(Name, SourceStates.Connected, found);
    }
}
