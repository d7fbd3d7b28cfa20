using Spectre.Console;

namespace Pipeline.Host.Commands;

/// <summary>A console over a writer: colours only on a terminal and without NO_COLOR; elsewhere wide enough that rows stay whole.</summary>
internal static class ReportConsole
{
    private const int WidthWithoutTerminal = 4096;

    public static IAnsiConsole Over(TextWriter output)
    {
        bool terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        bool colours = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        if (!terminal) console.Profile.Width = WidthWithoutTerminal;
        return console;
    }
}
