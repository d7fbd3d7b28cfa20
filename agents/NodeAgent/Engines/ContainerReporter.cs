using Agents.Descriptions;
using Agents.NodeAgent.Kubernetes;
using Agents.NodeAgent.Sources;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Engines;

/// <summary>
/// Turns what was noticed about a container into records, asking the engine for its description where that is due: at create, which comes
/// some 150 ms before the first
/// process, and when a container turns up that nobody described. Calls for one container must not overlap.
/// </summary>
internal sealed class ContainerReporter(
    IContainerEngine engine, KnownContainers known, IEventSink sink, PodDirectory? pods, Func<string> runtime, ILogger logger)
{
    private const int PlainWeight = 512;

    public Task HandleAsync(LaneItem item, CancellationToken cancellation) => item switch
    {
        LaneItem.Happened happened => HappenedAsync(happened.Event, cancellation),
        LaneItem.Present present => PresentAsync(present.ContainerId, cancellation),
        LaneItem.Missed missed => Missed(missed),
        _ => throw new System.Diagnostics.UnreachableException(item.GetType().Name),
    };

    private async Task HappenedAsync(EngineEvent happened, CancellationToken cancellation)
    {
        // An engine that comes back may tell of an end that was found by comparison before.
        if (happened.Action == ContainerAction.Died && known.Find(happened.ContainerId) is { Ended: true }) return;
        ContainerRecord record = RecordOf(happened);
        bool due = happened.Action == ContainerAction.Created
            || (happened.Action == ContainerAction.Started && known.Find(happened.ContainerId) is not { Described: true });
        int weight = PlainWeight;
        if (due && await engine.InspectAsync(happened.ContainerId, cancellation) is var answer)
        {
            (record, weight) = await DescribedAsync(record, answer, cancellation);
            if (happened.Action == ContainerAction.Started && answer is Inspected.Found { Running: true } found)
                record = record with { Pid = found.Pid };
        }

        if (happened.Action == ContainerAction.Died) known.End(happened.ContainerId);
        else known.Run(happened.ContainerId, record.Running);
        if (happened.Action == ContainerAction.Removed) known.Forget(happened.ContainerId);
        sink.Take(record, weight);
    }

    private async Task PresentAsync(string id, CancellationToken cancellation)
    {
        Inspected answer = await engine.InspectAsync(id, cancellation);
        if (answer is Inspected.Gone) return;
        (bool running, int pid) = answer is Inspected.Found found ? (found.Running, found.Pid) : (false, 0);
        var record =
            new ContainerRecord { Action = ContainerAction.Existing, ContainerId = id, Runtime = runtime(), Running = running, Pid = pid };
        (record, int weight) = await DescribedAsync(record, answer, cancellation);
        // Without an answer nothing is known that would be worth an announcement; the next round asks again.
        if (answer is Inspected.Failed) return;
        known.Run(id, running);
        sink.Take(record, weight);
    }

    private Task Missed(LaneItem.Missed missed)
    {
        if (known.Find(missed.ContainerId) is not { } still || still.Version != missed.Version) return Task.CompletedTask;
        if (still.Running)
        {
            Take(ContainerAction.Died);
            known.End(missed.ContainerId);
        }

        if (!missed.Removed) return Task.CompletedTask;
        known.Forget(missed.ContainerId);
        Take(ContainerAction.Removed);
        return Task.CompletedTask;

        void Take(ContainerAction action) =>
            sink.Take(new ContainerRecord { Action = action, ContainerId = missed.ContainerId, Runtime = runtime() }, PlainWeight);
    }

    private ContainerRecord RecordOf(EngineEvent happened) => new()
    {
        Action = happened.Action,
        ContainerId = happened.ContainerId,
        Runtime = runtime(),
        ExitCode = happened.ExitCode,
        Running = happened.Action is not (ContainerAction.Created or ContainerAction.Died or ContainerAction.Removed),
        Pid = happened.Pid,
        ExecId = happened.ExecId,
        // The engine joins the words with blanks; where one began and ended cannot be told.
        ExecCommand = happened.Detail.Length == 0 ? [] : [happened.Detail],
    };

    private async Task<(ContainerRecord Record, int Weight)> DescribedAsync(ContainerRecord record, Inspected answer,
        CancellationToken cancellation)
    {
        if (answer is Inspected.Failed failed) Log.InspectFailed(logger, record.ContainerId, failed.Reason);
        if (answer is not Inspected.Found found) return (record, PlainWeight);
        if (found.Description is Unreadable bad) Log.InspectUnreadable(logger, record.ContainerId, bad.Path, bad.Reason);
        if (found.Description is not Descriptions.Described { Spec: ContainerSpec spec }) return (record, PlainWeight);
        if (pods is not null) spec = await pods.JoinAsync(record.ContainerId, spec, cancellation);
        known.Describe(record.ContainerId);
        return (record with { Spec = spec }, found.Bytes + PlainWeight);
    }
}
