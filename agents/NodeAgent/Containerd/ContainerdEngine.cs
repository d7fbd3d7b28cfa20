using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Agents.Descriptions;
using Agents.NodeAgent.Containerd.Api;
using Agents.NodeAgent.Engines;
using Agents.NodeAgent.Inventory;
using Grpc.Core;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using ProcessStatus = Agents.NodeAgent.Containerd.Api.ProcessStatus;

namespace Agents.NodeAgent.Containerd;

/// <summary>
/// containerd's gRPC interface, as far as the agent needs it: reading only. Containers of all namespaces except those that another source
/// knows better. Containers are described by the OCI specification that containerd keeps, which is there when it tells of their creation.
/// Safe from any thread.
/// </summary>
/// <remarks>
/// containerd forgets its events as soon as they are sent, so nothing that happened in an absence is ever told afterwards.
/// </remarks>
internal sealed class ContainerdEngine : IContainerEngine
{
    /// <summary>Label in which nerdctl keeps the name that was asked for.</summary>
    private const string NerdctlName = "nerdctl/name";

    private readonly ContainerdOptions _options;
    private readonly NamedCgroups? _named;

    /// <summary>The namespaces of ids that are reported without it. What is beyond the bound is reported and not described.</summary>
    private readonly ConcurrentDictionary<string, string> _spaces = new(StringComparer.Ordinal);
    private readonly GrpcEngine _grpc;
    private readonly Containers.ContainersClient _containers;
    private readonly Tasks.TasksClient _tasks;
    private readonly Namespaces.NamespacesClient _namespaces;
    private readonly Events.EventsClient _events;

    /// <param name="named">Is told of the namespaces that are watched.</param>
    public ContainerdEngine(ContainerdOptions options, TimeProvider time, NamedCgroups? named = null)
    {
        _options = options;
        _named = named;
        _grpc = new GrpcEngine(options, time);
        _containers = new Containers.ContainersClient(_grpc.Calls);
        _tasks = new Tasks.TasksClient(_grpc.Calls);
        _namespaces = new Namespaces.NamespacesClient(_grpc.Calls);
        _events = new Events.EventsClient(_grpc.Calls);
    }

    public async Task<string> RuntimeAsync(CancellationToken cancellation)
    {
        await NamespacesAsync(cancellation);
        return "containerd";
    }

    public async Task<IEngineEvents> ListenAsync(CancellationToken cancellation)
    {
        var request = new SubscribeRequest { Filters = { ContainerdEvents.Filters } };
        AsyncServerStreamingCall<Envelope> call = _events.Subscribe(request, new CallOptions(cancellationToken: cancellation));
        try
        {
            // It says nothing until the first event. When a later call is answered it listens, or is about to: what begins until then is in
            // the list that follows.
            await NamespacesAsync(cancellation);
            return new EventStream(this, call);
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    public async Task<IReadOnlyList<ListedContainer>> ListAsync(CancellationToken cancellation)
    {
        var rows = new List<ListedContainer>();
        foreach (string space in await NamespacesAsync(cancellation))
        {
            if (_options.SkippedNamespaces.Contains(space)) continue;
            CallOptions here = InNamespace(space, cancellation);
            ListTasksResponse tasks = await _grpc.AnswerAsync(_tasks.ListAsync(new ListTasksRequest(), here), cancellation);
            Dictionary<string, ProcessStatus> states = [];
            foreach (TaskProcess task in tasks.Tasks) states[task.ContainerId.Length > 0 ? task.ContainerId : task.Id] = task.Status;
            using AsyncServerStreamingCall<ListContainerMessage> call = _containers.ListStream(new ListContainersRequest(), here);
            await foreach (ListContainerMessage message in _grpc.MessagesAsync(call, cancellation))
            {
                var key = new ContainerKey(space, message.Container?.Id ?? "");
                if (!key.IsValid) continue;
                Remember(key);
                // One that is only about to run has no task yet; it is described when it starts.
                bool runs = states.GetValueOrDefault(key.Id) is not (ProcessStatus.Unknown or ProcessStatus.Stopped);
                rows.Add(new ListedContainer(key.ReportedId, IsEnded: !runs));
            }
        }

        return rows;
    }

    public async Task<Inspected> InspectAsync(string id, CancellationToken cancellation)
    {
        if (KeyOf(id) is not { } key) return new Inspected.Gone();
        try
        {
            var request = new GetContainerRequest { Id = key.Id };
            GetContainerResponse answer = await _containers.GetAsync(request, InNamespace(key.Namespace, cancellation));
            if (answer.Container is not { Spec.Value: { } json } container) return new Inspected.Failed("it has no specification");
            if (json.Length > _options.InspectBytes)
                return new Inspected.Failed($"its specification is larger than {_options.InspectBytes} bytes");
            TaskProcess? task = await TaskAsync(key, cancellation);
            bool running = task is { Status: ProcessStatus.Running or ProcessStatus.Paused or ProcessStatus.Pausing };
            return new Inspected.Found(Describe(container, json.Memory), json.Length, running, running ? (int)task!.Pid : 0);
        }
        catch (RpcException fault)
        {
            cancellation.ThrowIfCancellationRequested();
            return GrpcEngine.Unanswered(fault);
        }
    }

    public void Dispose() => _grpc.Dispose();

    /// <summary>What the specification says, with what only containerd knows beside it.</summary>
    internal static DescriptionResult Describe(Container container, ReadOnlyMemory<byte> json)
    {
        DescriptionResult result = OciSpec.Parse(json);
        if (result is not Described { Spec: var spec } described) return result;
        string image = BoundedText.Of(container.Image);
        string name = BoundedText.Of(container.Labels.GetValueOrDefault(NerdctlName));
        if (name.Length == 0) name = spec.Pod is null ? container.Id : spec.Name;
        ContainerSpec known = spec with
        {
            Name = name,
            Image = image.Length > 0 ? image : spec.Image,
            ImageDigest = image.IndexOf("@sha256:", StringComparison.Ordinal) is >= 0 and int at ? image[(at + 1)..] : spec.ImageDigest,
            Labels = BoundedText.Labels(container.Labels, spec.Labels),
        };
        return described with { Spec = known };
    }

    private async Task<TaskProcess?> TaskAsync(ContainerKey key, CancellationToken cancellation)
    {
        try
        {
            return (await _tasks.GetAsync(new GetTaskRequest { ContainerId = key.Id }, InNamespace(key.Namespace, cancellation))).Process;
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<string>> NamespacesAsync(CancellationToken cancellation)
    {
        AsyncUnaryCall<ListNamespacesResponse> call = _namespaces.ListAsync(new ListNamespacesRequest(), _grpc.Timely(null, cancellation));
        string[] spaces = [.. (await _grpc.AnswerAsync(call, cancellation)).Namespaces.Select(space => space.Name)];
        foreach (string space in spaces) Tell(space);
        return spaces;
    }

    /// <summary>Tells of a namespace before the first container of it is met, if possible: its containers are known by it in the
    /// kernel.</summary>
    private void Tell(string space)
    {
        if (!_options.SkippedNamespaces.Contains(space)) _named?.Add(space);
    }

    /// <summary>containerd takes the namespace from a header.</summary>
    private CallOptions InNamespace(string space, CancellationToken cancellation) =>
        _grpc.Timely(new Metadata { { "containerd-namespace", space } }, cancellation);

    private void Remember(ContainerKey key)
    {
        if (_spaces.Count < _options.Containers) _spaces[key.ReportedId] = key.Namespace;
    }

    private ContainerKey? KeyOf(string reported)
    {
        int slash = reported.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0) return new ContainerKey(reported[..slash], reported[(slash + 1)..]);
        return _spaces.TryGetValue(reported, out string? space) ? new ContainerKey(space, reported) : null;
    }

    private sealed class EventStream(ContainerdEngine engine, AsyncServerStreamingCall<Envelope> call) : IEngineEvents
    {
        public bool IsSeamless => false;

        public async IAsyncEnumerable<EngineEvent?> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (Envelope envelope in engine._grpc.MessagesAsync(call, cancellation))
            {
                if (engine._options.SkippedNamespaces.Contains(envelope.Namespace)) continue;
                engine.Tell(envelope.Namespace);
                if (ContainerdEvents.Parse(envelope) is not { } read)
                {
                    yield return null;
                    continue;
                }

                if (read.Event.Action == ContainerAction.Removed) engine._spaces.TryRemove(read.Event.ContainerId, out string? _);
                else engine.Remember(read.Key);
                yield return read.Event;
            }
        }

        public void Dispose() => call.Dispose();
    }
}
