using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Agents.NodeAgent.Cri.Api;
using Agents.NodeAgent.Engines;
using Grpc.Core;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Cri;

/// <summary>
/// What happens to a runtime's containers: found by comparing its lists, and at once where the runtime tells of events as well.
/// </summary>
internal sealed class CriEvents(CriEngine engine, CriLedger ledger, TimeSpan listInterval, TimeProvider time) : IEngineEvents
{
    /// <summary>Events that may wait; the runtime is not read on before there is room.</summary>
    private const int Waiting = 1024;

    /// <summary>What happened while nobody listened shows by comparison, but not in which order, nor what came and went.</summary>
    public bool IsSeamless => false;

    public async IAsyncEnumerable<EngineEvent?> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var news = Channel.CreateBounded<CriRow?>(Waiting);
        Task told = TellAsync(news.Writer, session.Token);
        Task ticking = TickAsync(news.Writer, session.Token);
        try
        {
            await foreach (CriRow? one in news.Reader.ReadAllAsync(cancellation))
            {
                IReadOnlyList<CriRow> rows = one is { } row ? [row] : await LookAsync(cancellation);
                foreach (CriRow seen in rows)
                {
                    foreach (EngineEvent step in await StepsAsync(seen, cancellation)) yield return step;
                }
            }
        }
        finally
        {
            await session.CancelAsync();
            await Task.WhenAll(told, ticking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
    }

    /// <summary>All that is there, and what is not there any more.</summary>
    private async Task<IReadOnlyList<CriRow>> LookAsync(CancellationToken cancellation)
    {
        IReadOnlyList<CriRow> rows = await engine.RowsAsync(cancellation);
        HashSet<string> present = [.. rows.Select(row => row.Id)];
        IEnumerable<CriRow> gone = ledger.Ids.Where(id => !present.Contains(id)).Select(id => new CriRow(id, CriStage.Removed));
        return [.. gone, .. rows];
    }

    private async Task<IReadOnlyList<EngineEvent>> StepsAsync(CriRow row, CancellationToken cancellation)
    {
        if (ledger.Has(row.Id, row.Stage)) return [];
        CriEnd end = row.Stage == CriStage.Ended ? await engine.EndAsync(row.Id, cancellation) : new CriEnd(null, Ran: true);
        return
        [
            .. ledger.Advance(row.Id, row.Stage, end.Ran)
                .Select(action => new EngineEvent(0, action, row.Id, ExitCode: action == ContainerAction.Died ? end.ExitCode : null)),
        ];
    }

    private async Task TellAsync(ChannelWriter<CriRow?> news, CancellationToken cancellation)
    {
        try
        {
            using AsyncServerStreamingCall<ContainerEventResponse> call = engine.Events(cancellation);
            while (await call.ResponseStream.MoveNext(cancellation))
            {
                ContainerEventResponse said = call.ResponseStream.Current;
                var row = new CriRow(said.ContainerId, StageOf(said.ContainerEventType));
                if (CriEngine.IsValid(row.Id)) await news.WriteAsync(row, cancellation);
            }
        }
        catch (RpcException)
        {
            // The runtime has no events, or goes: the lists tell either way.
        }
    }

    private async Task TickAsync(ChannelWriter<CriRow?> news, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(listInterval, time);
        while (await timer.WaitForNextTickAsync(cancellation)) news.TryWrite(null);
    }

    private static CriStage StageOf(ContainerEventType type) => type switch
    {
        ContainerEventType.ContainerCreatedEvent => CriStage.Created,
        ContainerEventType.ContainerStartedEvent => CriStage.Running,
        ContainerEventType.ContainerStoppedEvent => CriStage.Ended,
        _ => CriStage.Removed,
    };
}
