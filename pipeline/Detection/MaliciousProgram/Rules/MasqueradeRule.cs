using System.Collections.Immutable;
using System.Text;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.MaliciousProgram.Traces;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Rules;

/// <summary>MP-09: a program calls itself a kernel thread, or its file is deleted right after its start while it runs.</summary>
internal static class MasqueradeRule
{
    private const string Id = "MP-09";

    /// <summary>The kernel keeps 15 bytes of a task's name; whatever is longer names no kernel thread.</summary>
    private const int LongestComm = 64;

    public static ProgramFinding? Examine(ref ExecutedProgram program)
    {
        string line = program.Self.CommandLine;
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        ReadOnlySpan<char> first = space < 0 ? line : line.AsSpan(0, space);
        Span<char> comm = stackalloc char[LongestComm];
        bool pretends = IsKernelThread(first, program.Policy) || IsKernelThread(CommOf(program.Observation, comm), program.Policy);
        if (!pretends && !program.IsExplained) return null;
        string claimed = first.ToString();
        if (!program.Weigh(Id, "calls itself a kernel thread", claimed, pretends)) return null;
        return new ProgramFinding(ProgramRule.Masquerade, program.Policy.MasqueradeSeverity, program.Path,
            $"{program.Path} calls itself {claimed}")
        {
            Signs = [("masquerade", claimed)],
        };
    }

    private static ReadOnlySpan<char> CommOf(in Observation observation, Span<char> into)
    {
        ReadOnlySpan<byte> comm = observation.Batch.Utf8(observation.Task.Comm);
        return into[..Encoding.UTF8.GetChars(comm[..Math.Min(comm.Length, into.Length)], into)];
    }

    /// <summary>Somebody deleted a file.</summary>
    public static Finding? Deleted(in Observation observation, ProgramRules rules, IReasons? reasons)
    {
        MaliciousProgramPolicy policy = rules.Policy;
        foreach (Execution execution in Deleted(observation, rules.Traces.Executions))
        {
            bool recent = execution.Mark.IsWithin(policy.SelfDeleteSeconds * EventTime.NanosecondsPerSecond, observation.Time);
            reasons?.Weigh(Id, "its file ran a moment ago", execution.Path, recent);
            reasons?.Weigh(Id, "the program still runs", execution.Path, !execution.Ended);
            bool upgrade = observation.Process is { } process && rules.Names.IsOrComesFrom(process, ProgramKinds.PackageManager);
            reasons?.Weigh(Id, "no package manager deleted it", observation.Process?.Self.ExePath ?? "", !upgrade);
            if (!recent || execution.Ended || upgrade) continue;
            return new ProgramFinding(
                ProgramRule.Masquerade, policy.MasqueradeSeverity, execution.Path,
                    $"The file of {execution.Path} was deleted while it runs")
            {
                Signs = [("deleted-while-running", "")],
                WindowNs = policy.SelfDeleteSeconds * EventTime.NanosecondsPerSecond,
                Facts = [("deleted", observation.Batch.String(observation.FileEvent.Path))],
            }.About(execution.Snapshot, observation, "file", policy);
        }

        return null;
    }

    /// <summary>Who ran the file: by inode where the event knows it, else by its path in the container.</summary>
    private static ImmutableArray<Execution> Deleted(in Observation observation, Executions executions)
    {
        ref readonly FileRecord deleted = ref observation.FileEvent;
        FileKey file = FileKey.Of(observation.Node, deleted.File);
        if (file.IsKnown) return executions.Of(file);
        string container = observation.Process?.Self.ContainerId ?? "";
        return deleted.PathTruncated ? [] : executions.Of(observation.Node, container, observation.Batch.String(deleted.Path));
    }

    /// <summary>"[kworker/0:1]", "kworker/u8:3-events": the name, then perhaps the processor and the queue.</summary>
    private static bool IsKernelThread(ReadOnlySpan<char> name, MaliciousProgramPolicy policy)
    {
        ReadOnlySpan<char> bare = name.TrimStart('[').TrimEnd(']');
        int end = bare.IndexOfAny('/', ':');
        if (end >= 0) bare = bare[..end];
        foreach (string thread in policy.KernelThreads)
        {
            if (bare.SequenceEqual(thread)) return true;
        }

        return false;
    }
}
