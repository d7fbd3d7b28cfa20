using System.CommandLine;
using Pipeline.Host.Commands.Alarms;
using Pipeline.Host.Commands.Archiving;
using Pipeline.Host.Commands.Cases;
using Pipeline.Host.Commands.Exclusions;
using Pipeline.Host.Commands.Explain;
using Pipeline.Host.Commands.Replaying;
using Pipeline.Host.Commands.Rules;
using Pipeline.Host.Commands.Timelines;

namespace Pipeline.Host.Commands;

/// <summary>The command line as a whole; each command is one class that makes its <see cref="Command"/>.</summary>
internal static class AlarmCtl
{
    /// <summary>Exit code for a command line that cannot be understood, and for input that cannot be read.</summary>
    public const int Unusable = 2;

    public static int Run(string[] args, InvocationConfiguration configuration)
    {
        var root = new RootCommand("Runtime alarms for containers.")
        {
            AlarmsCommand.Create(), ArchiveCommand.Create(), CaseCommand.Create(), CheckCommand.Create(), ExclusionsCommand.Create(),
            ExplainCommand.Create(), HealthCommand.Create(), PolicyCommand.Create(), ReplayCommand.Create(), RulesCommand.Create(),
            ServeCommand.Create(), TimelineCommand.Create(), ViewsCommand.Create(),
        };
        ParseResult parsed = root.Parse(args);
        int code = parsed.Invoke(configuration);

        // The library says 1, which for a check means that something was found.
        return parsed.Errors.Count > 0 ? Unusable : code;
    }
}
