using System.Buffers.Binary;
using System.Threading.Channels;
using Agents.NodeAgent.Cri.Api;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace NodeAgent.Tests.Cri;

/// <summary>
/// A runtime that does what a test tells it, with the runtime's own events, which not every real one has: gRPC as it is on the wire, over a
/// unix socket. Thread-safe.
/// </summary>
internal sealed class FakeCri(string socket) : IAsyncDisposable
{
    private const string Service = "/runtime.v1.RuntimeService/";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Container> _containers = [];
    private readonly Dictionary<string, (long StartedAt, int ExitCode)> _facts = [];
    private readonly Channel<ContainerEventResponse> _events = Channel.CreateUnbounded<ContainerEventResponse>();
    private WebApplication? _server;
    private volatile int _listening;

    /// <summary>JSON that the runtime adds to a container's status.</summary>
    public string Info { get; set; } = """{"pid":77,"runtimeSpec":{"ociVersion":"1.0.2","process":{"args":["run"]},"linux":{}}}""";

    public bool IsListenedTo => _listening > 0;

    public async Task StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.ListenUnixSocket(socket, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        Map("Version", VersionRequest.Parser, _ => new VersionResponse { RuntimeName = "cri-o" });
        Map("ListPodSandbox", ListPodSandboxRequest.Parser, _ => new ListPodSandboxResponse());
        Map("PodSandboxStatus", PodSandboxStatusRequest.Parser, _ => null);
        Map("ListContainers", ListContainersRequest.Parser, _ => List());
        Map("ContainerStatus", ContainerStatusRequest.Parser, request => Status(request.ContainerId));
        _server.MapPost($"{Service}GetContainerEvents", EventsAsync);
        await _server.StartAsync();
    }

    /// <summary>Changes a container and tells of it.</summary>
    public void Set(string id, ContainerState state, int exitCode = 0)
    {
        lock (_gate)
        {
            _containers[id] = new Container { Id = id, State = state };
            _facts[id] = (state == ContainerState.ContainerCreated ? 0 : 5, exitCode);
        }

        Tell(id, state switch
        {
            ContainerState.ContainerCreated => ContainerEventType.ContainerCreatedEvent,
            ContainerState.ContainerRunning => ContainerEventType.ContainerStartedEvent,
            _ => ContainerEventType.ContainerStoppedEvent,
        });
    }

    public void Remove(string id)
    {
        lock (_gate) _containers.Remove(id);
        Tell(id, ContainerEventType.ContainerDeletedEvent);
    }

    public async ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        if (_server is not null) await _server.DisposeAsync();
    }

    private void Tell(string id, ContainerEventType type) =>
        _events.Writer.TryWrite(new ContainerEventResponse { ContainerId = id, ContainerEventType = type });

    private ListContainersResponse List()
    {
        lock (_gate) return new ListContainersResponse { Containers = { _containers.Values } };
    }

    private ContainerStatusResponse? Status(string id)
    {
        lock (_gate)
        {
            if (!_containers.TryGetValue(id, out Container? container)) return null;
            (long startedAt, int exitCode) = _facts[id];
            var status = new ContainerStatus
            {
                Metadata = new ContainerMetadata { Name = $"name-{id}" },
                State = container.State,
                StartedAt = startedAt,
                ExitCode = exitCode,
                Image = new ImageSpec { Image = "image:1" },
                Labels = { ["io.kubernetes.pod.name"] = "p", ["io.kubernetes.pod.namespace"] = "shop", ["io.kubernetes.pod.uid"] = "u1" },
            };
            return new ContainerStatusResponse { Status = status, Info = { ["info"] = Info } };
        }
    }

    private void Map<T>(string method, MessageParser<T> parser, Func<T, IMessage?> answer)
        where T : IMessage<T> => _server!.MapPost(Service + method, async context =>
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        IMessage? result = answer(parser.ParseFrom(body.ToArray()[5..]));
        context.Response.ContentType = "application/grpc";
        if (result is not null) await WriteAsync(context, result);
        context.Response.AppendTrailer("grpc-status", result is null ? $"{(int)StatusCode.NotFound}" : "0");
    });

    private async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        Interlocked.Increment(ref _listening);
        await foreach (ContainerEventResponse told in _events.Reader.ReadAllAsync(context.RequestAborted)) await WriteAsync(context, told);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    /// <summary>A message on the wire: not compressed, its length, itself.</summary>
    private static async Task WriteAsync(HttpContext context, IMessage message)
    {
        byte[] frame = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
        message.WriteTo(frame.AsSpan(5));
        await context.Response.Body.WriteAsync(frame, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
