using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Detection;
using Pipeline.Domain.Events;
using Pipeline.Domain.Policies;
using Pipeline.Runtime;
using Pipeline.Runtime.Policies;
using Pipeline.Runtime.Ports;
using Pipeline.Runtime.Processing;

namespace Simulation;

/// <summary>
/// A group of pipeline processes over two partitions with the runtime's own lanes, actors and committers, on one thread, in virtual time,
/// stepped by a seed: it picks who goes on, what becomes of each commit, when time passes, who dies and who takes over. While faults are
/// left a partition may have an old owner that does not know yet that it is none.
/// </summary>
internal sealed class SimulatedGroup : IDisposable
{
    private const int MostSteps = 60_000;

    private static readonly RuntimeOptions Options = new() { CheckpointRecords = 9, AlarmsPerCommit = 3, AlarmsWaiting = 8 };

    private static int _groups;

    private readonly ActorSystem _system;
    private readonly string _topic = $"events{Interlocked.Increment(ref _groups)}";
    private readonly Random _random;
    private readonly SeededContext _context;
    private readonly FakeTimeProvider _time = new();
    private readonly Telemetry _telemetry = new();
    private readonly PartitionRuntime _runtime;
    private readonly ImmutableArray<ImmutableArray<EventBatch>> _partitions;
    private readonly Owner[] _owners;
    private readonly List<Owner> _former = [];
    private readonly List<string> _story = [];
    private int _faults;
    private int _opened;

    public SimulatedGroup(int seed, ImmutableArray<ImmutableArray<EventBatch>> partitions, ActorSystem system, int faults,
        StoreFlaw flaw = StoreFlaw.None)
    {
        _system = system;
        _random = new Random(seed);
        _context = new SeededContext(_random);
        _partitions = partitions;
        _faults = faults;
        Store = new SimulatedStore(flaw);
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        TaskScheduler scheduler = TaskScheduler.FromCurrentSynchronizationContext();
        SynchronizationContext.SetSynchronizationContext(before);
        var shelf = new PolicyShelf(
            new RunnablePolicy(PolicyDocument.BuiltIn, DetectorRoster.Of(Catalog.Detectors)), null, _telemetry, NullLogger.Instance);
        _runtime = new PartitionRuntime(
            system, shelf, Store, new NoPoison(), Options, _time, _telemetry, NullLoggerFactory.Instance, scheduler);
        _owners = new Owner[partitions.Length];
    }

    public SimulatedStore Store { get; }

    /// <summary>Every step, to read what led to a failure.</summary>
    public IReadOnlyList<string> Story => _story;

    /// <summary>Runs until everything is stored.</summary>
    /// <returns>What went wrong on the way.</returns>
    public IReadOnlyList<string> Run()
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            for (int partition = 0; partition < _owners.Length; partition++) _owners[partition] = Acquire(partition);
            var wrong = new List<string>();
            for (int step = 0; !IsDone; step++)
            {
                if (step == MostSteps) return [.. Store.Violations, "it does not come to an end"];
                Step();
                wrong.AddRange(Look());
                if (wrong.Count + Store.Violations.Count > 0) break;
            }

            foreach (Owner owner in _owners.Concat(_former)) Close(owner);
            return [.. Store.Violations, .. wrong];
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    public void Dispose() => _telemetry.Dispose();

    private bool IsDone => _owners.All(owner => owner.IsDrained);

    /// <summary>What must hold between any two steps.</summary>
    private IEnumerable<string> Look()
    {
        foreach (Owner owner in _owners.Concat(_former))
        {
            if (owner.Failure is { } reason) yield return $"a lane of {owner.Partition} broke: {reason}";
            if (owner.Lane.DurableOffset > Store.NextOffset(owner.Partition))
                yield return $"{owner.Partition} is said to be stored up to {owner.Lane.DurableOffset}, the store has {Store.NextOffset(owner.Partition)}";
        }
    }

    private void Step()
    {
        switch (_random.Next(100))
        {
            case < 40 when !_context.IsQuiet:
                _context.Step();
                break;
            case < 75:
                Read(AnyOwner());
                break;
            case < 90:
                Answer();
                break;
            case < 94:
                Say("time passes");
                _time.Advance(_random.Next(3) == 0 ? Options.CheckpointInterval : Options.RetryDelayLeast);
                break;
            case < 97 when _faults > 0:
                _faults--;
                Disturb(_random.Next(_owners.Length));
                break;
            default:
                if (!_context.IsQuiet) _context.Step();
                break;
        }
    }

    private Owner AnyOwner()
    {
        int index = _random.Next(_owners.Length + _former.Count);
        return index < _owners.Length ? _owners[index] : _former[index - _owners.Length];
    }

    private void Read(Owner owner)
    {
        if (owner.IsBusy || owner.IsDrained) return;
        if (owner.IsFenced)
        {
            if (_former.Remove(owner)) Close(owner);
            else Replace(owner);
        }
        else if (owner.HasMore)
        {
            Say($"read {owner.Partition.Partition}@{owner.Next}");
            owner.Read();
        }
        else
        {
            Say($"drain {owner.Partition.Partition}");
            owner.Drain();
        }
    }

    /// <summary>Something becomes of a commit. Without faults left it is stored and its writer hears of it.</summary>
    private void Answer()
    {
        if (Store.Pending.Count == 0) return;
        PendingCommit pending = Store.Pending[_random.Next(Store.Pending.Count)];
        int fate = _faults > 0 ? _random.Next(10) : 9;
        Say($"commit {pending.Commit.Partition.Partition} {pending.Commit.Alarms.Length} {pending.Commit.Snapshot?.NextOffset} fate {fate}");
        if (fate == 0) Store.Refuse(pending);
        else Store.Apply(pending, answerIsLost: fate == 1);
    }

    private void Disturb(int partition)
    {
        Owner owner = _owners[partition];
        switch (_random.Next(3))
        {
            case 0:
                // Killed. A commit of it that is under way may still be stored, or not.
                Say($"kill {partition}");
                Close(owner);
                _owners[partition] = Acquire(partition);
                break;
            case 1:
                // Another one takes over; this one does not know yet.
                Say($"take over {partition}");
                _former.Add(owner);
                _owners[partition] = Acquire(partition);
                break;
            default:
                if (owner.IsBusy || owner.IsFenced || owner.IsDrained) return;
                Say($"hand over {partition}");
                owner.Drain();
                _former.Add(owner);
                while (owner.IsBusy) StepOn();
                _owners[partition] = Acquire(partition);
                break;
        }
    }

    /// <summary>Whatever is needed for those that wait to go on.</summary>
    private void StepOn()
    {
        if (!_context.IsQuiet) _context.Step();
        else if (Store.Pending.Count > 0) Answer();
        else _time.Advance(Options.RetryDelayMost);
    }

    private void Replace(Owner fenced)
    {
        int partition = fenced.Partition.Partition;
        Close(fenced);
        _owners[partition] = Acquire(partition);
    }

    private Owner Acquire(int partition)
    {
        var id = new PartitionId(_topic, partition);
        PartitionCheckpoint checkpoint = Store.AcquireAsync(id, CancellationToken.None).Result;
        Say($"acquire {partition} from {checkpoint.NextOffset} token {checkpoint.Token.Value}");
        IPartitionLane lane = _runtime.OpenAsync(checkpoint, CancellationToken.None).Result;
        WaitForActor($"/user/{_topic}-{partition}-{++_opened}");
        return new Owner(id, lane, checkpoint.NextOffset ?? 0, _partitions[partition]);
    }

    /// <summary>A new actor is set up by its guardian; from its first answer on it runs on the thread that tells it something.</summary>
    private void WaitForActor(string path) =>
        Task.Run(() => _system.ActorSelection(path).Ask<ActorIdentity>(new Identify(path),
            TimeSpan.FromSeconds(30))).GetAwaiter().GetResult();

    /// <summary>
    /// Ends a lane without storing what waits, between two of its records. Who is ready goes on first: the end of an actor is told on a
    /// thread of its own, and what comes from there must find nobody whom it could overtake.
    /// </summary>
    private void Close(Owner owner)
    {
        while (owner.IsBusy || !_context.IsQuiet) StepOn();
        Task closed = owner.Lane.DisposeAsync().AsTask();
        while (!closed.IsCompleted)
        {
            if (_context.IsQuiet) Thread.Yield();
            else _context.Step();
        }
    }

    private void Say(string what) => _story.Add(what);

    private sealed class NoPoison : IPoisonEvents
    {
        public Task ReportAsync(PoisonEvent poison, CancellationToken cancellation) => Task.CompletedTask;
    }
}
