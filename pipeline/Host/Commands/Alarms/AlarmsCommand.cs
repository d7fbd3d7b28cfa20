using System.CommandLine;

namespace Pipeline.Host.Commands.Alarms;

/// <summary>Reads alarms from a running pipeline, by its API.</summary>
internal static class AlarmsCommand
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    public static Command Create()
    {
        var url = new Option<string>("--url")
        {
            Description = "Base address of the API. Environment: ALARMCTL_URL.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ALARMCTL_URL") is { Length: > 0 } set ? set : DefaultUrl,
        };
        return new Command("alarms", "Read alarms from a running pipeline. Exit code 0: done, 2: it could not be done.")
        {
            AlarmsListCommand.Create(url, TimeProvider.System), AlarmsShowCommand.Create(url),
        };
    }

    /// <summary>Does the work with a client for the address that was given, and says on standard error why it could not be done.</summary>
    public static async Task<int> RunAsync(ParseResult parsed, Option<string> url, Func<AlarmsClient, TextWriter, Task> work)
    {
        TextWriter errors = parsed.InvocationConfiguration.Error;
        string given = parsed.GetValue(url)!;
        if (!Uri.TryCreate(given, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
        {
            await errors.WriteLineAsync($"alarmctl: {Printable.Of(given)} is not an address such as {DefaultUrl}");
            return AlarmCtl.Unusable;
        }

        try
        {
            using var client = new AlarmsClient(address);
            await work(client, parsed.InvocationConfiguration.Output);
            return 0;
        }
        catch (AlarmsUnreadableException failure)
        {
            await errors.WriteLineAsync($"alarmctl: {Printable.Of(failure.Message)}");
            return AlarmCtl.Unusable;
        }
    }
}
