using System.Diagnostics;
using System.Globalization;
using System.Text;
using Agents.NodeAgent.Inventory;
using Agents.NodeAgent.Kernel.Events;
using Agents.NodeAgent.Kernel.Ring;
using Agents.NodeAgent.Kernel.Rules;
using Agents.NodeAgent.Redaction;
using Agents.NodeAgent.Sequencing;
using Agents.NodeAgent.Sources;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Kernel;

/// <summary>
/// What containers do, seen in the kernel: attaches the programs and reads their ring. Where that cannot be done it says once what is
/// missing; the heartbeat says for as
/// long as it lasts which alarms are blind.
/// </summary>
internal sealed class KernelSource(
    KernelOptions options, IKernelWitness witness, ArgumentRedactor redactor, NamedCgroups named, TimeProvider time, ILogger logger)
    : IEventSource
{
    /// <summary>Name of this source in heartbeats.</summary>
    public const string Name = "kernel";

    /// <summary>Bytes of records read before those that are due are handed on.</summary>
    private const long MostAtOnce = 4 * 1024 * 1024;

    private const string Blind = "blind: escapes, high-risk calls, malicious programs, abnormal processes, sensitive files";
    /// <summary>Part of the ring from which on it is looked at more often.</summary>
    private const int MuchOfRing = 32;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(100);

    private volatile SourceState _state = options.Mode == KernelMode.Off
        ? new SourceState(Name, SourceStates.Disabled, $"switched off; {Blind}")
        : new SourceState(Name, SourceStates.Unavailable, "starting");

    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<KernelPrograms>? _attaching;
    private volatile KernelPrograms? _programs;
    private long _made;
    private long _lost;
    private long _released;
    private int _named;

    public SourceState State => _programs is { } ? Watching() : _state;

    /// <summary>Where the records are: Made = Released + Lost + those on their way, exactly once no more are made. From any
    /// thread.</summary>
    public KernelAccounts Accounts => new(_programs?.Counters.Seen ?? 0, Volatile.Read(ref _released), Volatile.Read(ref _lost));

    /// <summary>Ends once the kernel is watched, or is known not to be.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Begins to attach the programs, which is most of an agent's start: the rest of it can go on meanwhile. They hold what they
    /// see until <see cref="RunAsync"/> reads it.</summary>
    public void Begin()
    {
        if (options.Mode != KernelMode.Off) _attaching ??= Task.Run(Attach);
    }

    /// <exception cref="KernelUnavailableException">The kernel cannot be watched and the options say that it must.</exception>
    public async Task RunAsync(IEventSink sink, CancellationToken cancellation)
    {
        try
        {
            if (await AttachedAsync() is { } programs) await WatchAsync(programs, sink, cancellation);
        }
        finally
        {
            _settled.TrySetResult();
        }
    }

    private KernelPrograms Attach()
    {
        long started = time.GetTimestamp();
        KernelPrograms programs = KernelPrograms.Attach(options, KernelRequirements.HostNamespace("mnt"));
        Log.KernelWatched(logger, CallTable.Select(options.Calls).Count, (long)time.GetElapsedTime(started).TotalMilliseconds);
        return programs;
    }

    private async Task<KernelPrograms?> AttachedAsync()
    {
        Begin();
        if (_attaching is null) return null;
        try
        {
            KernelPrograms programs = await _attaching;
            _state = new SourceState(Name, SourceStates.Connected, programs.Missing);
            return programs;
        }
        catch (KernelUnavailableException fault)
        {
            Log.KernelNotWatched(logger, fault.Message, Blind);
            _state = new SourceState(Name, SourceStates.Unavailable, $"{fault.Message}; {Blind}");
            if (options.Mode == KernelMode.On) throw;
            return null;
        }
    }

    private async Task WatchAsync(KernelPrograms programs, IEventSink sink, CancellationToken cancellation)
    {
        using (programs)
        {
            uint hostMountNs = KernelRequirements.HostNamespace("mnt");
            _programs = programs;
            var processes = new ProcessTable(programs.Names, KernelRequirements.HostNamespace("pid"), ExePath);
            var feed = new KernelFeed(new RecordDecoder(hostMountNs, redactor), processes, witness, options.MostWaiting);
            try
            {
                Task reading = OwnThread.RunAsync("kernel events", () => Read(programs, feed, sink, cancellation), cancellation);
                _settled.TrySetResult();
                await reading;
            }
            finally
            {
                _programs = null;
            }
        }
    }

    /// <summary>By the reader's own counts: the programs' memory is gone as soon as it ends.</summary>
    private SourceState Watching()
    {
        SourceState state = _state;
        (long made, long lost) = (Volatile.Read(ref _made), Volatile.Read(ref _lost));
        string counts = string.Create(CultureInfo.InvariantCulture, $"{made} records, {lost} found the ring full");
        return state with { Detail = state.Detail.Length == 0 ? counts : $"{counts}; {state.Detail}" };
    }

    private void Read(KernelPrograms programs, KernelFeed feed, IEventSink sink, CancellationToken cancellation)
    {
        // It works little and late is lost.
        LinuxFiles.RaiseOwnPriority();
        long window = (long)options.OrderWindow.TotalNanoseconds;
        long swept = time.GetTimestamp();
        RecordSink take = record => Add(feed, record);
        while (true)
        {
            TellOfNamed(programs);
            ulong from = programs.Ring.Position;
            Drain(programs, take, feed, sink, LinuxCalls.BootTimeNs() - window);
            if (time.GetElapsedTime(swept) >= SweepInterval && programs.HasOpenBursts)
            {
                programs.Sweep();
                swept = time.GetTimestamp();
            }

            bool much = programs.Ring.Position - from > (ulong)(options.RingBytes / MuchOfRing);
            if (cancellation.WaitHandle.WaitOne(much ? options.PollInterval / 4 : options.PollInterval)) break;
        }

        // What is in the ring by now is still taken.
        Drain(programs, take, feed, sink, long.MaxValue);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Tells the programs which cgroups are containers by their place, as soon as that is known.</summary>
    private void TellOfNamed(KernelPrograms programs)
    {
        IReadOnlyList<string> spaces = named.Spaces;
        if (spaces.Count == _named) return;
        programs.Add(spaces.Skip(_named));
        _named = spaces.Count;
    }

    private void Drain(KernelPrograms programs, RecordSink take, KernelFeed feed, IEventSink sink, long until)
    {
        bool more;
        do
        {
            more = programs.Ring.Read(take, MostAtOnce);
            Volatile.Write(ref _released, _released + feed.Release(until, sink));
        }
        while (more);
        (long made, long lost) = programs.Counters;
        Volatile.Write(ref _made, made);
        if (lost == _lost) return;
        sink.ReportLoss(LossCause.RingBuffer, lost - _lost);
        Volatile.Write(ref _lost, lost);
    }

    private static void Add(KernelFeed feed, ReadOnlySpan<byte> record)
    {
        if (!feed.Add(record))
            throw new UnreachableException($"a record of {record.Length} bytes: the agent and its eBPF programs are not of the same build");
    }

    /// <summary>For processes that were there before: the only way is to ask /proc.</summary>
    private static byte[] ExePath(int tgid)
    {
        try
        {
            return Encoding.UTF8.GetBytes(new FileInfo($"/proc/{tgid}/exe").LinkTarget ?? "");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>Records since the programs were attached.</summary>
/// <param name="Made">By the programs in the kernel.</param>
/// <param name="Released">Handed to the queue.</param>
/// <param name="Lost">That found the ring full; reported as a loss.</param>
internal readonly record struct KernelAccounts(long Made, long Released, long Lost);
