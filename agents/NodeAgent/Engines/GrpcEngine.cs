using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;

namespace Agents.NodeAgent.Engines;

/// <summary>
/// gRPC over an engine's unix socket: bounded in size and time, and with faults that say what to do. Safe from any thread.
/// </summary>
internal sealed class GrpcEngine : IDisposable
{
    /// <summary>The most that containerd and CRI-O send in one message themselves.</summary>
    private const int MessageBytes = 16 * 1024 * 1024;

    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly GrpcChannel _channel;

    public GrpcEngine(EngineOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = EngineSocket.Handler(options),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MessageBytes,
        });
    }

    public CallInvoker Calls => _channel.CreateCallInvoker();

    /// <summary>Settings of a call that must be answered in time.</summary>
    public CallOptions Timely(Metadata? headers, CancellationToken cancellation) =>
        new(headers, _time.GetUtcNow().UtcDateTime + _options.AnswerTimeout, cancellation);

    /// <summary>Waits for an answer without which the engine counts as away.</summary>
    /// <exception cref="EngineAwayException">No answer.</exception>
    public async Task<T> AnswerAsync<T>(AsyncUnaryCall<T> call, CancellationToken cancellation)
    {
        using (call)
        {
            try
            {
                return await call.ResponseAsync;
            }
            catch (RpcException fault)
            {
                cancellation.ThrowIfCancellationRequested();
                throw Away(fault);
            }
        }
    }

    /// <summary>The messages of a stream until the engine ends it.</summary>
    /// <exception cref="EngineAwayException">The stream broke.</exception>
    public async IAsyncEnumerable<T> MessagesAsync<T>(
        AsyncServerStreamingCall<T> call, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await MoveNextAsync(call, cancellation)) yield return call.ResponseStream.Current;
    }

    /// <summary>Why a question about one container was not answered.</summary>
    public static Inspected Unanswered(RpcException fault) => fault.StatusCode == StatusCode.NotFound
        ? new Inspected.Gone()
        : new Inspected.Failed($"the engine answered {fault.StatusCode}: {Bounded(fault.Status.Detail)}");

    public void Dispose() => _channel.Dispose();

    private async Task<bool> MoveNextAsync<T>(AsyncServerStreamingCall<T> call, CancellationToken cancellation)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellation);
        }
        catch (RpcException fault)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Away(fault);
        }
    }

    private EngineAwayException Away(RpcException fault) => fault.StatusCode switch
    {
        StatusCode.DeadlineExceeded => new EngineAwayException($"no answer within {_options.AnswerTimeout.TotalSeconds:F0} s", fault),
        StatusCode.Unimplemented => new EngineAwayException("what answers there does not serve this interface", fault),
        _ when fault.Status.DebugException is { } cause => EngineSocket.Away(_options, cause),
        _ => new EngineAwayException($"it answered {fault.StatusCode}: {Bounded(fault.Status.Detail)}", fault),
    };

    /// <summary>What an engine says may repeat what a client sent it.</summary>
    private static string Bounded(string text) => text.Length <= 300 ? text : text[..300];
}
