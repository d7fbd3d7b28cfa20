using System.CommandLine;
using System.Globalization;

namespace Agents.NodeAgent.Cli;

/// <summary>The command line. Every option has an environment variable; the option wins.</summary>
internal static class AgentCommand
{
    public static RootCommand Create(Func<AgentOptions, CancellationToken, Task<int>> run)
    {
        var root = new RootCommand(
            "Watches the containers of one machine and writes what happens to them to a Kafka topic, numbered without gaps. "
            + "One agent runs on each machine.");
        root.Subcommands.Add(new RunCommand(run));
        root.Subcommands.Add(StatusProbe.Command());
        root.Subcommands.Add(new DoctorCommand());
        root.Subcommands.Add(new ImportCommand());
        return root;
    }

    public static Option<string> Text(string name, string value, string variable, string standard, string description) => new(name)
    {
        Description = $"{description} [env: {variable}]",
        DefaultValueFactory = _ => Variable(variable) ?? standard,
        HelpName = value,
    };

    public static Option<int> Number(string name, string variable, int standard, (int Least, int Most) range, string description)
    {
        var option = new Option<int>(name)
        {
            Description = $"{description} {range.Least} to {range.Most}. [env: {variable}]",
            DefaultValueFactory = result =>
            {
                if (Variable(variable) is not { } text) return standard;
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)) return value;
                result.AddError($"{variable} is '{text}'; expected a number from {range.Least} to {range.Most}.");
                return standard;
            },
            HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            int value = result.GetValueOrDefault<int>();
            if (value < range.Least || value > range.Most) result.AddError($"{name} must be {range.Least} to {range.Most}.");
        });
        return option;
    }

    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
