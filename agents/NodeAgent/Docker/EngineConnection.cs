using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Agents.NodeAgent.Docker;

/// <summary>
/// Docker Engine's HTTP API over its unix socket, as far as the agent needs it: reading only, in whatever version the engine speaks by itself. Podman serves the same.
/// Safe from any thread.
/// </summary>
/// <remarks>The API: https://docs.docker.com/reference/api/engine/ (ContainerList, ContainerInspect, SystemEvents, SystemVersion).</remarks>
internal sealed class EngineConnection : IDisposable
{
    /// <summary>The container events only, {"type":["container"]}.</summary>
    private const string Filter = "filters=%7B%22type%22%3A%5B%22container%22%5D%7D";

    private readonly DockerOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public EngineConnection(DockerOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            UseProxy = false,
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = options.Lanes + 4,
            ConnectTimeout = options.AnswerTimeout,
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://localhost/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Asks which engine it is; a proof that it answers.</summary>
    /// <exception cref="EngineAwayException">It does not.</exception>
    public async Task<string> RuntimeAsync(CancellationToken cancellation) =>
        EngineAnswers.Runtime(await GetAsync("version", _options.InspectBytes, cancellation));

    /// <summary>All containers, ended ones too.</summary>
    /// <exception cref="EngineAwayException">No answer, or none that can be used.</exception>
    public async Task<IReadOnlyList<ListedContainer>> ListAsync(CancellationToken cancellation) =>
        EngineAnswers.List(await GetAsync("containers/json?all=1", _options.ListBytes, cancellation))
        ?? throw new EngineAwayException("its list of containers is not readable");

    /// <summary>Asks about one container. Failures are values: one container's trouble is not the engine's.</summary>
    public async Task<Inspected> InspectAsync(string id, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = Limit(cancellation);
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(
                new Uri($"containers/{Uri.EscapeDataString(id)}/json", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (answer.StatusCode == HttpStatusCode.NotFound) return new Inspected.Gone();
            if (!answer.IsSuccessStatusCode) return new Inspected.Failed($"the engine answered {(int)answer.StatusCode}");
            byte[]? body = await BoundedReading.ToEndAsync(await answer.Content.ReadAsStreamAsync(limit.Token), _options.InspectBytes, limit.Token);
            return body is null ? new Inspected.Failed($"the answer is larger than {_options.InspectBytes} bytes") : EngineAnswers.Inspect(body);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new Inspected.Failed(fault.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Inspected.Failed($"no answer within {_options.AnswerTimeout.TotalSeconds:F0} s");
        }
    }

    /// <summary>True when the engine still remembers an event of that instant, and so everything after it.</summary>
    /// <exception cref="EngineAwayException">No answer.</exception>
    public async Task<bool> RemembersAsync(EngineEvent last, CancellationToken cancellation)
    {
        string instant = Instant(last.TimeNs);
        byte[] answer = await GetAsync($"events?since={instant}&until={instant}&{Filter}", _options.ListBytes, cancellation);
        using var stream = new MemoryStream(answer);
        await foreach (byte[]? line in BoundedReading.LinesAsync(stream, _options.EventBytes, cancellation))
        {
            if (line is not null && EngineEvent.Parse(line) == last) return true;
        }

        return false;
    }

    /// <summary>Opens the stream of events from an instant on (null: from now on). The lines are <see cref="BoundedReading.LinesAsync"/>'s.</summary>
    /// <exception cref="EngineAwayException">The engine cannot be reached.</exception>
    public async Task<HttpResponseMessage> OpenEventsAsync(long? sinceNs, CancellationToken cancellation)
    {
        string since = sinceNs is { } instant ? $"since={Instant(instant)}&" : "";
        try
        {
            HttpResponseMessage answer = await _http.GetAsync(new Uri($"events?{since}{Filter}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.IsSuccessStatusCode) return answer;
            answer.Dispose();
            throw new EngineAwayException($"it answered {(int)answer.StatusCode} when asked for events");
        }
        catch (HttpRequestException fault)
        {
            throw Away(fault);
        }
    }

    /// <summary>The lines of an open stream until the engine closes it.</summary>
    public async IAsyncEnumerable<byte[]?> LinesAsync(HttpResponseMessage events, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Stream stream = await events.Content.ReadAsStreamAsync(cancellation);
        await foreach (byte[]? line in BoundedReading.LinesAsync(stream, _options.EventBytes, cancellation)) yield return line;
    }

    public void Dispose() => _http.Dispose();

    private async Task<byte[]> GetAsync(string path, int most, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = Limit(cancellation);
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (!answer.IsSuccessStatusCode) throw new EngineAwayException($"it answered {(int)answer.StatusCode} to /{path}");
            return await BoundedReading.ToEndAsync(await answer.Content.ReadAsStreamAsync(limit.Token), most, limit.Token)
                ?? throw new EngineAwayException($"its answer to /{path} is larger than {most} bytes");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw Away(fault);
        }
        catch (OperationCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new EngineAwayException($"no answer within {_options.AnswerTimeout.TotalSeconds:F0} s", fault);
        }
    }

    private CancellationTokenSource Limit(CancellationToken cancellation)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.AnswerTimeout);
        return limit;
    }

    private EngineAwayException Away(Exception fault)
    {
        string reason = (fault.InnerException as SocketException)?.SocketErrorCode switch
        {
            SocketError.AccessDenied => "permission denied; run the agent as root or as a member of the socket's group",
            SocketError.ConnectionRefused => "nothing listens there; start the engine",
            _ when !File.Exists(_options.Socket) => "there is no such socket; start Docker (or podman.socket), or name another one with --docker-socket",
            _ => fault.InnerException?.Message ?? fault.Message,
        };
        return new EngineAwayException(reason, fault);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_options.Socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Seconds and nanoseconds as the API takes them.</summary>
    private static string Instant(long ns) => string.Create(CultureInfo.InvariantCulture, $"{ns / 1_000_000_000}.{ns % 1_000_000_000:D9}");
}
