using System.CommandLine;

namespace Pipeline.Host.Commands;

/// <summary>Asks a pipeline process whether it is ready; for health checks of container engines, whose images have no curl.</summary>
internal static class HealthCommand
{
    private const int Ready = 0;
    private const int NotReady = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var url = new Option<Uri>("--url")
        {
            Description = "Base address of the API. Environment: ALARMCTL_URL.",
            DefaultValueFactory = _ => new Uri(Environment.GetEnvironmentVariable("ALARMCTL_URL") ?? "http://127.0.0.1:8080"),
        };
        var command = new Command("health", "Ask whether a pipeline process is ready. Exit code 0: ready, 1: not ready or not reachable.") { url };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var http = new HttpClient { BaseAddress = parsed.GetValue(url), Timeout = Patience };
            try
            {
                using HttpResponseMessage answer = await http.GetAsync("readyz", cancellation);
                await parsed.InvocationConfiguration.Output.WriteLineAsync(await answer.Content.ReadAsStringAsync(cancellation));
                return answer.IsSuccessStatusCode ? Ready : NotReady;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"alarmctl health: {http.BaseAddress} cannot be reached: {e.Message}");
                return NotReady;
            }
        });
        return command;
    }
}
