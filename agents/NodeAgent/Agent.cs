using Agents.Descriptions;
using Agents.NodeAgent.Containerd;
using Agents.NodeAgent.Cri;
using Agents.NodeAgent.Docker;
using Agents.NodeAgent.Engines;
using Agents.NodeAgent.Files;
using Agents.NodeAgent.Hashing;
using Agents.NodeAgent.Inventory;
using Agents.NodeAgent.Kernel;
using Agents.NodeAgent.Kubernetes;
using Agents.NodeAgent.Redaction;
using Agents.NodeAgent.Sequencing;
using Agents.NodeAgent.Shipping;
using Agents.NodeAgent.Shipping.Spool;
using Agents.NodeAgent.Sources;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;

namespace Agents.NodeAgent;

/// <summary>How a run ended, as the process's exit code.</summary>
internal enum AgentExit
{
    Done = 0,

    /// <summary>Something was not stored, or the agent could not work at all.</summary>
    Failed = 1,

    /// <summary>All was stored, but some descriptions could not be read.</summary>
    Unreadable = 2,
}

/// <summary>
/// One run of the agent: sources bring events to the queue, the shipper takes them to the log, a heartbeat tells that all of it lives.
/// </summary>
internal sealed class Agent(AgentOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(1);

    private readonly ArgumentRedactor _redactor = new(options.Redaction);
    private readonly NamedCgroups _named = new();
    private bool _broken;
    private bool _saidStatus;

    /// <summary>
    /// Runs until <paramref name="stop"/> is set, or with <see cref="AgentOptions.Once"/> until the files are stored; then drains, within
    /// bounds.
    /// </summary>
    /// <exception cref="IOException">The state directory cannot be used.</exception>
    public async Task<AgentExit> RunAsync(CancellationToken stop)
    {
        HashingSource? hashes = options.Hashing is { } hashing ? new HashingSource(hashing, time) : null;
        MountSource? mounts = options.Once ? null : new MountSource(options.Inventory ?? new InventoryOptions());
        KernelSource? kernel = Kernel(hashes, mounts);
        kernel?.Begin();
        var clock = new NodeClock(time);
        var scope = new NodeBoot(options.Node, NodeClock.Boot());
        using SequenceKeeper sequence = SequenceKeeper.Open(options.StateDirectory, scope, clock, time, logger);
        var queue = new EventQueue(sequence, clock, options.Shipping.Queue, _redactor);
        using DiskSpool? spool = options.Spool is { } disk ? new DiskSpool(disk, scope, time, logger) : null;
        ReportEarlierRun(sequence, queue, spool);
        var encoder = new BatchEncoder(scope, clock, NodeEventsCodec.Encode, options.Shipping.MessageBytes);
        var shipper = new Shipper(queue, sequence, encoder, options.Shipping, time, logger, spool);
        Log.Started(logger, scope.Node.Value, scope.Boot.Value, options.Shipping.Topic, options.Shipping.Brokers);

        FileSource? files = options.Files.Count > 0 ? new FileSource(options.Files, logger) : null;
        PodSource? pods = options.Sources.Kubernetes is { } kubernetes ? new PodSource(kubernetes, time, logger) : null;
        IEventSource?[] all = [files, kernel, pods, .. Engines(pods?.Directory), hashes, mounts, Running(hashes, kernel)];
        IEventSource[] sources = [.. all.OfType<IEventSource>()];
        bool stored =
            await WorkAsync(sources, new AgentStatus(sources, queue, sequence, shipper, spool, time), queue, sequence, shipper, stop);
        if ((stored || shipper.RestIsSpooled) && !_broken)
        {
            if (stored) Log.Stopped(logger, queue.Taken);
            else Log.StoppedWithSpool(logger, spool!.Bytes, spool.Directory);
            return files is { Unreadable: > 0 } ? AgentExit.Unreadable : AgentExit.Done;
        }

        Log.StoppedWithRest(logger, queue.Count + shipper.EventsInFlight);
        return AgentExit.Failed;
    }

    /// <summary>Runs sources, heartbeat and shipper to their end; false when not everything could be stored.</summary>
    private async Task<bool> WorkAsync(
        IEventSource[] sources, AgentStatus status, EventQueue queue, SequenceKeeper sequence, Shipper shipper, CancellationToken stop)
    {
        using var sender = new KafkaSender(options.Shipping, options.Node, options.Kafka, shipper.Reported, shipper.Troubled, logger);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var shipping = new CancellationTokenSource();
        Task shipped = GuardAsync(() => shipper.RunAsync(sender, shipping.Token), ending);
        Task beating = GuardAsync(() => BeatAsync(status, queue, sequence, ending.Token), ending);
        Task reading = Task.WhenAll(sources.Select(source => GuardAsync(() => source.RunAsync(queue, ending.Token), ending)));

        Task stopping = Task.Delay(Timeout.InfiniteTimeSpan, time, ending.Token);
        await (options.Once ? Task.WhenAny(reading, stopping) : Task.WhenAny(stopping));
        bool bounded = !options.Once || ending.IsCancellationRequested;
        await ending.CancelAsync();
        await Task.WhenAll(reading, beating);

        queue.Beat(status.Heartbeat());
        shipper.Stop();
        // A run that reads files once is only done when they are stored, however long that takes; it can still be told to give up.
        using CancellationTokenRegistration giveUp = bounded ? default : stop.Register(() => shipping.CancelAfter(options.DrainTimeout));
        if (bounded) shipping.CancelAfter(options.DrainTimeout);
        await shipped;
        WriteStatus(status);
        return !shipping.IsCancellationRequested;
    }

    private KernelSource? Kernel(HashingSource? hashes, MountSource? mounts) =>
        mounts is null ? null : new KernelSource(options.Kernel, new KernelWitness(hashes, mounts), _redactor, _named, time, logger);

    /// <summary>What runs is read once the kernel is watched: what begins later is seen there, and reading does not delay it.</summary>
    private InventorySource? Running(HashingSource? hashes, KernelSource? kernel) => options.Inventory is { } inventory
        ? new InventorySource(inventory, _redactor, hashes, _named, time, logger, kernel?.Settled ?? Task.CompletedTask)
        : null;

    private IEnumerable<EngineSource> Engines(PodDirectory? pods)
    {
        foreach (DockerOptions docker in options.Sources.Docker)
            yield return Watch(docker, new DockerConnection(docker, json => DockerInspect.Parse(json)));
        if (options.Sources.Containerd is { } containerd) yield return Watch(containerd, new ContainerdEngine(containerd, time, _named));
        if (options.Sources.Cri is { } cri) yield return Watch(cri, new CriEngine(cri, time));

        EngineSource Watch(EngineOptions watched, IContainerEngine engine) => new(watched, engine, time, logger, pods);
    }

    private void ReportEarlierRun(SequenceKeeper sequence, EventQueue queue, DiskSpool? spool)
    {
        if (sequence.Unsettled is not { } open) return;
        foreach ((long first, long last) in spool?.Unaccounted(open.First, open.Last) ?? [open])
        {
            Log.EarlierRunKilled(logger, first, last);
            queue.Report([new LostRange(LossCause.Unknown, last - first + 1, first, last)], []);
        }
    }

    private async Task BeatAsync(AgentStatus status, EventQueue queue, SequenceKeeper sequence, CancellationToken cancellation)
    {
        using var ticks = new PeriodicTimer(StatusInterval, time);
        var heap = new HeapTrim();
        TimeSpan sinceBeat = options.HeartbeatInterval;
        do
        {
            if (sinceBeat >= options.HeartbeatInterval)
            {
                queue.Beat(status.Heartbeat());
                sequence.Save();
                heap.Look(queue.Taken);
                sinceBeat = TimeSpan.Zero;
            }

            WriteStatus(status);
            sinceBeat += StatusInterval;
        }
        while (await ticks.WaitForNextTickAsync(cancellation));
    }

    private void WriteStatus(AgentStatus status)
    {
        if (options.StatusFile is not { } path) return;
        try
        {
            File.WriteAllBytes(path + ".new", status.ToJson());
            File.Move(path + ".new", path, overwrite: true);
            _saidStatus = false;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (!_saidStatus) Log.StatusNotWritten(logger, path, fault.Message);
            _saidStatus = true;
        }
    }

    /// <summary>Runs a part of the agent. A part that breaks ends the agent, so that whoever watches over it starts it anew.</summary>
    private async Task GuardAsync(Func<Task> part, CancellationTokenSource ending)
    {
        try
        {
            await Task.Run(part);
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
        catch (Exception fault)
        {
            Log.Broken(logger, fault);
            _broken = true;
            await ending.CancelAsync();
        }
    }
}
