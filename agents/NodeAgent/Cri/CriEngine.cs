using Agents.NodeAgent.Cri.Api;
using Agents.NodeAgent.Engines;
using Grpc.Core;

namespace Agents.NodeAgent.Cri;

/// <summary>
/// A runtime (containerd, CRI-O) through the interface that the kubelet uses, as far as the agent needs it: reading only. Pods' sandboxes
/// count as
/// containers, which they are. Safe from any thread.
/// </summary>
/// <remarks>The API: runtime.v1 of https://github.com/kubernetes/cri-api.</remarks>
internal sealed class CriEngine : IContainerEngine
{
    private const string NoStatus = "the answer holds no status";

    private readonly CriOptions _options;
    private readonly TimeProvider _time;
    private readonly GrpcEngine _grpc;
    private readonly RuntimeService.RuntimeServiceClient _runtime;

    public CriEngine(CriOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _grpc = new GrpcEngine(options, time);
        _runtime = new RuntimeService.RuntimeServiceClient(_grpc.Calls);
    }

    public async Task<string> RuntimeAsync(CancellationToken cancellation)
    {
        VersionResponse version = await _grpc.AnswerAsync(_runtime.VersionAsync(new VersionRequest(), Timely(cancellation)), cancellation);
        string name = version.RuntimeName;
        return name is { Length: > 0 and <= EngineEvent.LongestId } ? name : "cri";
    }

    public async Task<IEngineEvents> ListenAsync(CancellationToken cancellation)
    {
        var ledger = new CriLedger(_options.Containers);
        foreach (CriRow row in await RowsAsync(cancellation)) ledger.Note(row.Id, row.Stage);
        return new CriEvents(this, ledger, _options.ListInterval, _time);
    }

    public async Task<IReadOnlyList<ListedContainer>> ListAsync(CancellationToken cancellation) =>
        [.. (await RowsAsync(cancellation)).Select(row => new ListedContainer(row.Id, row.Stage == CriStage.Ended))];

    /// <summary>All containers and sandboxes, the latter first, as they come into being.</summary>
    /// <exception cref="EngineAwayException">No answer.</exception>
    public async Task<IReadOnlyList<CriRow>> RowsAsync(CancellationToken cancellation)
    {
        ListPodSandboxResponse pods = await _grpc.AnswerAsync(
            _runtime.ListPodSandboxAsync(new ListPodSandboxRequest(), Timely(cancellation)), cancellation);
        ListContainersResponse containers = await _grpc.AnswerAsync(
            _runtime.ListContainersAsync(new ListContainersRequest(), Timely(cancellation)), cancellation);
        IEnumerable<CriRow> sandboxes = pods.Items.Select(pod => new CriRow(pod.Id, StageOf(pod.State)));
        IEnumerable<CriRow> others = containers.Containers.Select(row => new CriRow(row.Id, StageOf(row.State)));
        return [.. sandboxes.Concat(others).Where(row => IsValid(row.Id))];
    }

    public async Task<Inspected> InspectAsync(string id, CancellationToken cancellation)
    {
        try
        {
            Inspected container = await ContainerAsync(id, cancellation);
            return container is Inspected.Gone ? await SandboxAsync(id, cancellation) : container;
        }
        catch (RpcException fault)
        {
            cancellation.ThrowIfCancellationRequested();
            return GrpcEngine.Unanswered(fault);
        }
    }

    /// <summary>How a container ended.</summary>
    public async Task<CriEnd> EndAsync(string id, CancellationToken cancellation)
    {
        try
        {
            var request = new ContainerStatusRequest { ContainerId = id };
            ContainerStatus? status = (await _runtime.ContainerStatusAsync(request, Timely(cancellation))).Status;
            return status is null ? new CriEnd(null, Ran: true) : new CriEnd(status.ExitCode, status.StartedAt > 0);
        }
        catch (RpcException)
        {
            // A sandbox, or one that went in between; does the runtime itself go, the next question shows it.
            cancellation.ThrowIfCancellationRequested();
            return new CriEnd(null, Ran: true);
        }
    }

    /// <summary>The runtime's own events, where it has them (containerd from 1.7 on, CRI-O where it is switched on).</summary>
    public AsyncServerStreamingCall<ContainerEventResponse> Events(CancellationToken cancellation) =>
        _runtime.GetContainerEvents(new GetEventsRequest(), new CallOptions(cancellationToken: cancellation));

    public static bool IsValid(string id) => id.Length is > 0 and <= EngineEvent.LongestId;

    public void Dispose() => _grpc.Dispose();

    private async Task<Inspected> ContainerAsync(string id, CancellationToken cancellation)
    {
        ContainerStatusResponse answer;
        try
        {
            var request = new ContainerStatusRequest { ContainerId = id, Verbose = true };
            answer = await _runtime.ContainerStatusAsync(request, Timely(cancellation));
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            return new Inspected.Gone();
        }

        int bytes = CriStatusJson.BytesOf(answer.Info);
        if (bytes > _options.InspectBytes) return new Inspected.Failed($"the answer is larger than {_options.InspectBytes} bytes");
        if (answer.Status is not { } status) return new Inspected.Failed(NoStatus);
        bool running = status.State == ContainerState.ContainerRunning;
        return new Inspected.Found(
            CriStatusJson.Describe(status.Metadata?.Name ?? "", status.Image?.Image ?? "", status.ImageRef, status.Labels, answer.Info),
            bytes, running, running ? CriStatusJson.PidOf(answer.Info) : 0);
    }

    private async Task<Inspected> SandboxAsync(string id, CancellationToken cancellation)
    {
        var request = new PodSandboxStatusRequest { PodSandboxId = id, Verbose = true };
        PodSandboxStatusResponse answer = await _runtime.PodSandboxStatusAsync(request, Timely(cancellation));
        int bytes = CriStatusJson.BytesOf(answer.Info);
        if (bytes > _options.InspectBytes) return new Inspected.Failed($"the answer is larger than {_options.InspectBytes} bytes");
        if (answer.Status is not { } status) return new Inspected.Failed(NoStatus);
        bool running = status.State == PodSandboxState.SandboxReady;
        return new Inspected.Found(
            CriStatusJson.Describe(status.Metadata?.Name ?? "", "", "", status.Labels, answer.Info),
            bytes, running, running ? CriStatusJson.PidOf(answer.Info) : 0);
    }

    private CallOptions Timely(CancellationToken cancellation) => _grpc.Timely(null, cancellation);

    private static CriStage StageOf(PodSandboxState state) => state == PodSandboxState.SandboxReady ? CriStage.Running : CriStage.Ended;

    private static CriStage StageOf(ContainerState state) => state switch
    {
        ContainerState.ContainerCreated => CriStage.Created,
        ContainerState.ContainerRunning => CriStage.Running,
        _ => CriStage.Ended,
    };
}
