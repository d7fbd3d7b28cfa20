using System.Collections.Immutable;
using Pipeline.Detection.Rules;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram;

/// <summary>The facts of MP-00 to MP-09.</summary>
internal static class ProgramFacts
{
    private static readonly MaliciousProgramPolicy Policy = MaliciousProgramPolicy.Default;

    private static readonly ImmutableArray<FileOperation> Writing =
    [
        FileOperation.Open, FileOperation.Create, FileOperation.Write, FileOperation.Truncate, FileOperation.MapSharedWritable,
        FileOperation.ChangeMode, FileOperation.ChangeOwner, FileOperation.SetExtendedAttribute,
    ];

    public static ImmutableArray<RuleFacts> All { get; } =
    [
        Of(ProgramRule.Fingerprint, "known malware by its SHA-256", Policy.FingerprintSeverity,
            "files whose digest no agent tells; malware that no feed knows", Files(FileOperation.Hashed)) with { Least = Severity.Low },
        Of(ProgramRule.Miner, "a coin miner", Policy.MinerSeverity,
            "processor time; the first message to a pool where the agent does not ship what is sent",
            Calls("connect", "sendto", "sendmsg", "write")),
        Of(ProgramRule.ReverseShell, "a reverse shell", Policy.ReverseShellSeverity,
            "UDP without connect(2), ICMP and raw sockets", Calls("connect", "accept", "accept4", "dup", "dup2", "dup3", "fcntl")),
        Of(ProgramRule.DropAndExecute, "a program that was written after its container began", Policy.DropAndExecuteSeverity,
            "scripts in the writable layer that an interpreter of the image runs; what was written to mounts", Files([.. Writing])),
        Of(ProgramRule.ScriptPipe, "a download through a pipe into a shell", Policy.ScriptPipeSeverity,
            "pipes are joined by parent and time, not by inode", RuleInputs.Of(EventKinds.Process)),
        Of(ProgramRule.Fileless, "a program out of memory", Policy.FilelessSeverity,
            "code that a running program maps and jumps to", RuleInputs.Of(EventKinds.Process)),
        Of(ProgramRule.WebShell, "a web server starts a shell", Policy.WebShellSeverity,
            "shells in the server's own process", RuleInputs.Of(EventKinds.Process)),
        Of(ProgramRule.PackageManager, "software installed into a running container", Policy.PackageManagerSeverity,
            "files copied into their places without a package manager", RuleInputs.Of(EventKinds.Process)),
        Of(ProgramRule.Tool, "a tool of attackers", Policy.ToolSeverity,
            "tools under another name", RuleInputs.Of(EventKinds.Process)) with
        { Attack = [.. Policy.Tools.Select(tool => tool.Technique).Distinct().Order(StringComparer.Ordinal)] },
        Of(ProgramRule.Masquerade, "a program that hides what it is", Policy.MasqueradeSeverity,
            "names that are those of another ordinary program", Files(FileOperation.Unlink)),
    ];

    private static RuleFacts Of(ProgramRule rule, string title, Severity severity, string blind, RuleInputs inputs) => new()
    {
        Id = rule.Id,
        Title = title,
        ClassIds = [rule.ClassId],
        Attack = rule.Attack,
        Least = severity,
        Most = severity,
        Inputs = inputs,
        Blind = blind,
    };

    private static RuleInputs Calls(params ImmutableArray<string> calls) => new(EventKinds.Process | EventKinds.Syscall, calls, []);

    private static RuleInputs Files(params ImmutableArray<FileOperation> operations) =>
        new(EventKinds.Process | EventKinds.File, [], operations);
}
