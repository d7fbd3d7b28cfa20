using System.Collections.Immutable;
using Pipeline.Detection.Files;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>What an alarm about a protected file is called and says.</summary>
internal sealed record SensitiveFileRule(string RuleId, string ClassId, string Deed, string Recommendation)
{
    public static SensitiveFileRule Changed { get; } = new("SF-01", "dockerfile_001", "changed the protected file",
        "Compare the file with the image's (docker diff, docker cp) and find out who changed it: the processes are named here. "
        + "If nobody can say, stop the container and start it from its image again. "
        + "A program that has to change the file belongs into the policy's excluded processes.");

    public static SensitiveFileRule Program { get; } = new("SF-02", "dockerfile_002", "changed the program",
        "Take the container for compromised until the file has been compared with the image's: programs of an image do not change "
        + "while it runs. Start it from its image again; where packages are installed at run time, build an image with them.");

    public static SensitiveFileRule Attempt { get; } = new("SF-03", "dockerfile_001", "tried to change the protected file",
        "The kernel refused. Look at what else the process tried.");

    private static readonly ImmutableArray<string> Anywhere = ["T1565.001"], Elevating = ["T1565.001", "T1548.001"],
        Cron = ["T1565.001", "T1053.003"], Services = ["T1565.001", "T1543.002"], Logs = ["T1565.001", "T1070"];

    /// <summary>Every technique that an alarm may carry.</summary>
    public static ImmutableArray<string> AllAttack { get; } = [.. Elevating.Concat(Cron).Concat(Services).Concat(Logs).Distinct()];

    public static ImmutableArray<SensitiveFileRule> All { get; } = [Changed, Program, Attempt];

    /// <summary>ATT&amp;CK techniques: stored data manipulation, and what the place of the file adds.</summary>
    public static ImmutableArray<string> Attack(string path, bool elevates) =>
        elevates ? Elevating
        : Begins(path, "/etc/cron") || Begins(path, "/var/spool/cron") ? Cron
        : Begins(path, "/etc/systemd") || Begins(path, "/etc/init.d") ? Services
        : Begins(path, "/var/log") ? Logs
        : Anywhere;

    /// <summary>What was done, in words, most telling first.</summary>
    public static string InWords(FileAction done)
    {
        (FileAction Action, string Word)[] words =
        [
            (FileAction.Delete, "deleted"), (FileAction.Create, "created"), (FileAction.Modify, "modified"), (FileAction.Move, "renamed"),
            (FileAction.Attributes, "attributes changed"), (FileAction.OpenForWrite, "opened for writing"),
        ];
        return string.Join(", ", words
            .Where(w => (done & w.Action) != 0 && (w.Action != FileAction.OpenForWrite || done == w.Action)).Select(w => w.Word));
    }

    private static bool Begins(string path, string with) => path.StartsWith(with, StringComparison.Ordinal);
}
