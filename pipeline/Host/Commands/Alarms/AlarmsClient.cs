using System.Text.Json;

namespace Pipeline.Host.Commands.Alarms;

/// <summary>
/// The API as the command line uses it. Whatever goes wrong is an <see cref="AlarmsUnreadableException"/> that says what to do.
/// </summary>
internal sealed class AlarmsClient : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private const long LargestAnswerBytes = 256 * 1024 * 1024;

    private readonly Uri _address;
    private readonly HttpClient _http;

    public AlarmsClient(Uri address)
    {
        _address = address;
        // A proxy set for the outside world has no business with an address of this machine.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = !address.IsLoopback })
        {
            BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = LongestWait,
            MaxResponseContentBufferSize = LargestAnswerBytes,
        };
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellation)
    {
        (bool success, int status, string body) = await AskAsync(path, cancellation);
        JsonElement? json = Parsed(body);
        if (success && json is { ValueKind: JsonValueKind.Object } answer) return answer;
        if (!success && json is { ValueKind: JsonValueKind.Object } problem && problem.TryGetProperty("detail", out JsonElement detail))
            throw new AlarmsUnreadableException($"{detail.GetString()} ({status} from {_address})");
        throw new AlarmsUnreadableException(
            $"{_address} answers with status {status}, but not as the alarm API does; is it another program's address?");
    }

    public void Dispose() => _http.Dispose();

    private async Task<(bool Success, int Status, string Body)> AskAsync(string path, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellation);
            return (answer.IsSuccessStatusCode, (int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
        }
        catch (HttpRequestException failure)
        {
            throw new AlarmsUnreadableException(
                $"no answer from {_address} ({failure.InnerException?.Message ?? failure.Message}). Start the system with ./run.sh, or name its address with --url or ALARMCTL_URL.",
                failure);
        }
        catch (OperationCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            throw new AlarmsUnreadableException($"no answer from {_address} within {LongestWait.TotalSeconds:F0} s.", failure);
        }
    }

    private static JsonElement? Parsed(string body)
    {
        try
        {
            return JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
