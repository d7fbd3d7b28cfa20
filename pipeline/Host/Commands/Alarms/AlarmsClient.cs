using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

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

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellation) =>
        AskAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);

    /// <summary>Sends a JSON object. With the same key it is done once, however often it is sent.</summary>
    /// <param name="ifMatch">Version that what is changed must still have; null for whatever it has.</param>
    public Task<JsonElement> PostAsync(string path, JsonObject body, Guid idempotencyKey, CancellationToken cancellation, int? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", idempotencyKey.ToString());
        if (ifMatch is { } version) request.Headers.Add("If-Match", $"\"{version}\"");
        return AskAsync(request, cancellation);
    }

    private async Task<JsonElement> AskAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        (bool success, int status, string body) = await SendAsync(request, cancellation);
        JsonElement? json = Parsed(body);
        if (success && json is { ValueKind: JsonValueKind.Object } answer) return answer;
        if (!success && json is { ValueKind: JsonValueKind.Object } problem && problem.TryGetProperty("detail", out JsonElement detail))
            throw new AlarmsUnreadableException($"{detail.GetString()} ({status} from {_address})");
        throw new AlarmsUnreadableException(
            $"{_address} answers with status {status}, but not as the alarm API does; is it another program's address?");
    }

    public void Dispose() => _http.Dispose();

    private async Task<(bool Success, int Status, string Body)> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using HttpRequestMessage asked = request;
            using HttpResponseMessage answer = await _http.SendAsync(asked, cancellation);
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
