using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Agents.Descriptions;
using Agents.NodeAgent.Engines;

namespace Agents.NodeAgent.Docker;

/// <summary>
/// Docker Engine's HTTP API over its unix socket, as far as the agent needs it: reading only, in whatever version the engine speaks by
/// itself. Podman serves the same.
/// Safe from any thread.
/// </summary>
/// <remarks>
/// The API: https://docs.docker.com/reference/api/engine/ (ContainerList, ContainerInspect, SystemEvents, SystemVersion).
/// </remarks>
internal sealed class DockerConnection : IContainerEngine
{
    /// <summary>The container events only, {"type":["container"]}.</summary>
    private const string Filter = "filters=%7B%22type%22%3A%5B%22container%22%5D%7D";

    private const long PodmanInexactNs = 1_000_000;

    private readonly DockerOptions _options;
    private readonly Func<ReadOnlyMemory<byte>, DescriptionResult> _describe;
    private readonly RecentEvents _recent = new();
    private readonly HttpClient _http;
    private volatile EngineVersion _version = EngineVersion.Docker;

    public DockerConnection(DockerOptions options, Func<ReadOnlyMemory<byte>, DescriptionResult> describe)
    {
        _options = options;
        _describe = describe;
        _http = new HttpClient(EngineSocket.Handler(options))
        {
            BaseAddress = new Uri("http://localhost/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Asks which engine it is; a proof that it answers.</summary>
    /// <exception cref="EngineAwayException">It does not.</exception>
    public async Task<string> RuntimeAsync(CancellationToken cancellation)
    {
        _version = await AskAsync("_ping", (answer, _) => Task.FromResult(EngineVersion.Of(answer.Headers)), cancellation);
        return _version.Runtime;
    }

    /// <summary>All containers, ended ones too.</summary>
    /// <exception cref="EngineAwayException">No answer, or none that can be used.</exception>
    public async Task<IReadOnlyList<ListedContainer>> ListAsync(CancellationToken cancellation) =>
        DockerAnswers.List(await GetAsync("containers/json?all=1", _options.ListBytes, cancellation))
        ?? throw new EngineAwayException("its list of containers is not readable");

    /// <summary>Asks about one container. Failures are values: one container's trouble is not the engine's.</summary>
    public async Task<Inspected> InspectAsync(string id, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = Limit(cancellation);
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(
                new Uri($"{_version.Inspection}containers/{Uri.EscapeDataString(id)}/json", UriKind.Relative),
                HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (answer.StatusCode == HttpStatusCode.NotFound) return new Inspected.Gone();
            if (!answer.IsSuccessStatusCode) return new Inspected.Failed($"the engine answered {(int)answer.StatusCode}");
            byte[]? body =
                await BoundedReading.ToEndAsync(await answer.Content.ReadAsStreamAsync(limit.Token), _options.InspectBytes, limit.Token);
            return body is null
                ? new Inspected.Failed($"the answer is larger than {_options.InspectBytes} bytes")
                : DockerAnswers.Inspect(body, _describe);
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

    /// <summary>Podman's service begins its answer at once, as Docker Engine does.</summary>
    public async Task<IEngineEvents> ListenAsync(CancellationToken cancellation)
    {
        bool seamless = _recent.Newest is { } newest && await RemembersAsync(newest, cancellation);
        string since = _recent.ResumeNs is { } instant ? $"since={Instant(instant)}&" : "";
        try
        {
            HttpResponseMessage answer = await _http.GetAsync(
                new Uri($"events?{since}{Filter}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.IsSuccessStatusCode) return new Events(answer, _recent, seamless, _options.EventBytes);
            answer.Dispose();
            throw new EngineAwayException($"it answered {(int)answer.StatusCode} when asked for events");
        }
        catch (HttpRequestException fault)
        {
            throw Away(fault);
        }
    }

    /// <summary>True when the engine still remembers an event of that instant, and so everything after it.</summary>
    private async Task<bool> RemembersAsync(EngineEvent last, CancellationToken cancellation)
    {
        // Podman (4.3) gives nothing up to an instant that has passed, but can be told to end by itself; and it takes instants less exactly
        // than it gives them.
        string span = _version.Runtime == "podman"
            ? $"since={Instant(last.TimeNs - PodmanInexactNs)}&stream=false"
            : $"since={Instant(last.TimeNs)}&until={Instant(last.TimeNs)}";
        return await AskAsync($"events?{span}&{Filter}", (answer, limit) => HoldsAsync(answer, last, limit), cancellation);
    }

    private async Task<bool> HoldsAsync(HttpResponseMessage answer, EngineEvent last, CancellationToken cancellation)
    {
        Stream stream = await answer.Content.ReadAsStreamAsync(cancellation);
        await foreach (byte[]? line in BoundedReading.LinesAsync(stream, _options.EventBytes, cancellation))
        {
            if (line is not null && DockerEvents.Parse(line) == last) return true;
        }

        return false;
    }

    public void Dispose() => _http.Dispose();

    private Task<byte[]> GetAsync(string path, int most, CancellationToken cancellation) => AskAsync(
        path,
        async (answer, limit) => await BoundedReading.ToEndAsync(await answer.Content.ReadAsStreamAsync(limit), most, limit)
            ?? throw new EngineAwayException($"its answer to /{path} is larger than {most} bytes"),
        cancellation);

    private async Task<T> AskAsync<T>(
        string path, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = Limit(cancellation);
        try
        {
            using HttpResponseMessage answer =
                await _http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (!answer.IsSuccessStatusCode) throw new EngineAwayException($"it answered {(int)answer.StatusCode} to /{path}");
            return await read(answer, limit.Token);
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

    private EngineAwayException Away(Exception fault) => EngineSocket.Away(_options, fault);

    /// <summary>Seconds and nanoseconds as the API takes them.</summary>
    private static string Instant(long ns) => string.Create(CultureInfo.InvariantCulture, $"{ns / 1_000_000_000}.{ns % 1_000_000_000:D9}");

    /// <summary>An open stream of events; those that were read before a reconnect do not come again.</summary>
    private sealed class Events(HttpResponseMessage answer, RecentEvents recent, bool isSeamless, int eventBytes) : IEngineEvents
    {
        public bool IsSeamless => isSeamless;

        public async IAsyncEnumerable<EngineEvent?> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            Stream stream = await answer.Content.ReadAsStreamAsync(cancellation);
            await foreach (byte[]? line in BoundedReading.LinesAsync(stream, eventBytes, cancellation))
            {
                EngineEvent? seen = line is null ? null : DockerEvents.Parse(line);
                if (seen is null || recent.Add(seen)) yield return seen;
            }
        }

        public void Dispose() => answer.Dispose();
    }
}
