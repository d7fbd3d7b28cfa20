using System.Collections.Immutable;
using Pipeline.Detection.Files;

namespace Pipeline.Detection.FileEscape;

/// <summary>What an alarm about a file of the host is called and says. The texts are for somebody who is woken by it.</summary>
internal sealed record FileEscapeRule(string RuleId, string Deed, string Recommendation)
{
    public const string ClassId = "containerescape_0004";

    private const string Contain =
        "Isolate or stop the container and keep its image and logs. "
        + "Find out who declared the mount that leads to the file, if any did, and take it away. ";

    /// <summary>A key file of the host was read.</summary>
    public static FileEscapeRule Read { get; } = new("FE-01", "read", Contain
        + "Take what was read for known: change the passwords, keys and tokens in it. "
        + "A node agent that has to read it belongs into the policy's exceptions, by image and program.");

    /// <summary>A key file of the host was written, made, removed or run.</summary>
    public static FileEscapeRule Write { get; } = new("FE-02", "changed", Contain
        + "Take the node for compromised until the file has been compared with a known good copy: "
        + "who can write there runs programs as root on the host. "
        + "Look for what cron, systemd and logins started since.");

    /// <summary>It was tried and refused.</summary>
    public static FileEscapeRule Blocked { get; } = new("FE-03", "tried to reach", Contain
        + "The kernel refused this time. Look at what else the process tried, and what it does next.");

    /// <summary>A file of the host was reached through another process's mounts.</summary>
    public static FileEscapeRule Foreign { get; } = new("FE-04", "reached, through another process's mounts,", Contain
        + "The container sees processes of the host (hostPID, a leaked descriptor, a file handle) and walks into their files: "
        + "give it a pid namespace of its own, "
        + "update the runtime, and take away CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.");

    /// <summary>Of reading, of writing to what cron reads, and of whatever else is done.</summary>
    public static ImmutableArray<string> ReadAttack { get; } = ["T1611", "T1552.001"];

    public static ImmutableArray<string> CronAttack { get; } = ["T1611", "T1053.003"];

    public static ImmutableArray<string> AnyAttack { get; } = ["T1611"];

    public static ImmutableArray<FileEscapeRule> All { get; } = [Read, Write, Blocked, Foreign];

    /// <summary>Which rule a deed falls under.</summary>
    public static FileEscapeRule For(FileAction action, bool refused, bool foreign) =>
        refused ? Blocked : foreign ? Foreign : (action & ~FileAction.Read) == 0 ? Read : Write;

    /// <summary>ATT&amp;CK techniques of a deed.</summary>
    public static ImmutableArray<string> Attack(FileAction action, KeyPath? key)
    {
        if ((action & ~FileAction.Read) == 0) return ReadAttack;
        return key is { Group: "schedulers" } && key.Path.Contains("cron", StringComparison.Ordinal) ? CronAttack : AnyAttack;
    }
}
