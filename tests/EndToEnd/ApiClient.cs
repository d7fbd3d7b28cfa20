using System.Net;
using System.Text.Json;

namespace EndToEnd;

/// <summary>One row of the alarm list, as far as these tests look.</summary>
internal sealed record AlarmRow(Guid Id, string Rule, string Severity, string Container, string Content, long Occurrences, bool Confirmed)
{
    /// <summary>Rule, container and finding on one line.</summary>
    public string Short => $"{Rule} {Container} {Content}";
}

/// <summary>Reads the API as a user's program would.</summary>
internal sealed class ApiClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Every alarm there is, over all pages.</summary>
    public async Task<IReadOnlyList<AlarmRow>> AlarmsAsync()
    {
        var rows = new List<AlarmRow>();
        string? cursor = null;
        do
        {
            string next = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            using JsonDocument page = JsonDocument.Parse(await _http.GetByteArrayAsync($"api/alarms?limit=500{next}", TestContext.Current.CancellationToken));
            rows.AddRange(page.RootElement.GetProperty("alarms").EnumerateArray().Select(Row));
            cursor = page.RootElement.GetProperty("next").GetString();
        }
        while (cursor is not null);

        return rows;
    }

    /// <summary>The status of a path; null while nobody answers.</summary>
    public async Task<HttpStatusCode?> StatusAsync(string path)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(path, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private static AlarmRow Row(JsonElement alarm) => new(
        alarm.GetProperty("id").GetGuid(),
        alarm.GetProperty("ruleId").GetString()!,
        alarm.GetProperty("severity").GetString()!,
        alarm.GetProperty("source").GetProperty("containerName").GetString()!,
        string.Join(' ', alarm.GetProperty("content").EnumerateArray().Select(item => item.GetString())),
        alarm.GetProperty("occurrences").GetInt64(),
        alarm.GetProperty("confirmedAt").ValueKind == JsonValueKind.String);
}
