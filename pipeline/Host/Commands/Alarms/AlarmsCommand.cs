using System.CommandLine;

namespace Pipeline.Host.Commands.Alarms;

/// <summary>Alarms of a running pipeline, by its API: reading them, and doing something about them.</summary>
internal static class AlarmsCommand
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    public static Command Create()
    {
        Option<string> url = UrlOption();
        var command = new Command("alarms", "Read and handle the alarms of a running pipeline. Exit code 0: done, 1: some alarms did not accept it, 2: it could not be done.")
        {
            AlarmsListCommand.Create(url, TimeProvider.System), AlarmsShowCommand.Create(url),
        };
        foreach (Command action in AlarmsActionCommands.All(url)) command.Add(action);
        return command;
    }

    public static Option<string> UrlOption() => new("--url")
    {
        Description = "Base address of the API. Environment: ALARMCTL_URL.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ALARMCTL_URL") is { Length: > 0 } set ? set : DefaultUrl,
    };

    /// <summary>Does the work with a client for the address that was given, and says on standard error why it could not be done.</summary>
    public static Task<int> RunAsync(ParseResult parsed, Option<string> url, Func<AlarmsClient, TextWriter, Task> work) =>
        RunAsync(parsed, url, async (client, output) =>
        {
            await work(client, output);
            return 0;
        });

    /// <summary>The same for work that has an exit code.</summary>
    public static async Task<int> RunAsync(ParseResult parsed, Option<string> url, Func<AlarmsClient, TextWriter, Task<int>> work)
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
            return await work(client, parsed.InvocationConfiguration.Output);
        }
        catch (AlarmsUnreadableException failure)
        {
            await errors.WriteLineAsync($"alarmctl: {Printable.Of(failure.Message)}");
            return AlarmCtl.Unusable;
        }
    }
}
