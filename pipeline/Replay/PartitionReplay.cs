using System.Collections.Immutable;
using Pipeline.Archive;
using Pipeline.Archive.Files;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Pipeline.Replay.Certificates;
using Pipeline.Replay.Sources;

namespace Pipeline.Replay;

/// <summary>Replays one partition by its plan, on the kernel that the pipeline's actors run too. Used once, by one thread at a
/// time.</summary>
internal sealed class PartitionReplay
{
    private readonly ReplayRequest _request;
    private readonly PartitionPlan _plan;
    private readonly IArchiveStore? _archive;
    private readonly IReplayLog? _log;
    private readonly IReplayPolicy _policy;
    private readonly ReplayProgress _progress;
    private readonly Pace _pace;
    private readonly AlarmSelection _selection;
    private readonly EventBatch _batch = new();
    private readonly HashSet<ulong> _nodes;
    private readonly List<string> _faults = [];
    private PolicySpan _span;
    private PartitionKernel _kernel;

    public PartitionReplay(
        ReplayRequest request, PartitionPlan plan, IArchiveStore? archive, IReplayLog? log, IReplayPolicy policy, ReplayProgress progress,
            TimeProvider time)
    {
        _request = request;
        _plan = plan;
        _archive = archive;
        _log = log;
        _policy = policy;
        _progress = progress;
        _pace = new Pace(request.Speed, time);
        _selection = new AlarmSelection(request, plan.State);
        _nodes = [.. plan.Nodes.Select(node => HashOf(System.Text.Encoding.UTF8.GetBytes(node)))];
        Ledger = EvidenceLedger.Of(plan.Start, plan.State);
        _span = policy.At(plan.Partition, plan.State?.Offset ?? 0);
        _kernel = new PartitionKernel(_span.Detectors);
        if (plan.State is { } state) _faults.AddRange(_kernel.Restore(state.Kernel).Select(d => $"saved state of {d.Name}: {d.Reason}"));
    }

    public PartitionPlan Plan => _plan;

    public EvidenceLedger Ledger { get; }

    public List<DetectedEvent> Alarms { get; } = [];

    /// <summary>Policies that were in force.</summary>
    public List<PolicySpan> Policies { get; } = [];

    /// <summary>What was missing, known before and found on the way.</summary>
    public ImmutableArray<string> Faults => [.. _plan.Missing, .. _faults];

    public long NextOffset { get; private set; }

    /// <exception cref="ReplayException">Something cannot be read and gaps are not allowed.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Policies.Add(_span);
        foreach (SealedSegment segment in _plan.Segments)
        {
            try
            {
                await FeedAsync(segment, cancellation);
            }
            catch (ArchiveException e) when (_request.AllowGaps)
            {
                _faults.Add(e.Message);
            }
            catch (ArchiveException e)
            {
                throw new ReplayException($"partition {_plan.Partition}: {e.Message}. --allow-gaps replays what is there");
            }
        }

        if (_plan.Tail is not { } tail) return;
        foreach (ReplayRecord record in _log!.Read(_plan.Partition, tail.From, tail.End, cancellation))
            await FeedAsync(record, cancellation);
    }

    private async Task FeedAsync(SealedSegment segment, CancellationToken cancellation)
    {
        using SegmentReader reader = await SegmentReader.OpenAsync(_archive!, segment.Manifest, segment.Manifest.FirstOffset, cancellation);
        while (await reader.NextBlockAsync(cancellation))
        {
            while (reader.Next(out ArchivedRecord record))
            {
                var replayed = new ReplayRecord(record.Offset, record.Key, record.Form, record.Value);
                if (Feed(replayed) && _pace.IsSet) await _pace.WaitAsync(_batch.Clock.Wall, _request.From, cancellation);
            }

            cancellation.ThrowIfCancellationRequested();
        }

        NextOffset = segment.Manifest.NextOffset;
        if (_request.SaveStates && _nodes.Count == 0 && Faults.IsEmpty && _plan.Start != StartState.Unknown)
            await SaveAsync(segment, cancellation);
    }

    private ValueTask FeedAsync(ReplayRecord record, CancellationToken cancellation) =>
        Feed(record) && _pace.IsSet ? new ValueTask(_pace.WaitAsync(_batch.Clock.Wall, _request.From, cancellation))
            : ValueTask.CompletedTask;

    /// <returns>Whether it was a batch.</returns>
    private bool Feed(ReplayRecord record)
    {
        NextOffset = record.Offset + 1;
        if (record.Offset >= _span.Until) Change(record.Offset);
        if (_nodes.Count > 0 && !_nodes.Contains(HashOf(record.Key.Span)))
        {
            _progress.Add(1, 0);
            return false;
        }

        if (!record.TryDecode(_batch))
        {
            _progress.Add(1, 0);
            return false;
        }

        Ledger.Note(_batch);
        foreach (AlarmEvent alarm in _kernel.Feed(_batch))
        {
            var detected = (DetectedEvent)alarm;
            if (_selection.Takes(detected)) Alarms.Add(detected);
        }

        _progress.Add(1, _batch.Count);
        return true;
    }

    /// <summary>Another policy is in force from here on: its detectors go on from the state of those before them.</summary>
    private void Change(long offset)
    {
        byte[] state = _kernel.Save();
        _span = _policy.At(_plan.Partition, offset);
        Policies.Add(_span);
        _kernel = new PartitionKernel(_span.Detectors);
        _faults.AddRange(_kernel.Restore(state).Select(d => $"state of {d.Name} at a change of policy: {d.Reason}"));
    }

    private async Task SaveAsync(SealedSegment segment, CancellationToken cancellation)
    {
        if (_span is not { Until: long.MaxValue, Key.Length: > 0 } || _archive is null) return;
        var state = new SavedState(segment.Manifest.NextOffset, segment.ManifestSha256, _kernel.Save(), Ledger.Ranges, _selection.Places);
        string name = SavedState.NameOf(_request.Topic, _plan.Partition, SavedState.KeyOf(_span), state.Offset);
        await _archive.TryCreateAsync(name, state.Write(), cancellation);
    }

    private static ulong HashOf(ReadOnlySpan<byte> node) => (ulong)ContainerFilter.HashOf(node);
}
