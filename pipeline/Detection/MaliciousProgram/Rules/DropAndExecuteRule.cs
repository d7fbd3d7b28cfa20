using System.Collections.Immutable;
using Pipeline.Detection.MaliciousProgram.Traces;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Rules;

/// <summary>MP-03: a program runs that was written after its container began.</summary>
internal static class DropAndExecuteRule
{
    private const string Id = "MP-03";

    /// <summary>The kernel stamps files by a clock that moves in ticks: a file may look this much older than it is (CONFIG_HZ of 100 and more).</summary>
    private const long FileClockTickNs = 10_000_000;

    public static ProgramFinding? Examine(ref ExecutedProgram program)
    {
        FileReference file = program.Self.Executable;
        if (file.Layer is not (FileLayer.Upper or FileLayer.Mount)) return null;
        MaliciousProgramPolicy policy = program.Policy;
        bool known = program.Traces.Files.TryGet(program.Observation.Node, program.Self, out FileTrace trace);
        bool recent = known && trace.IsWritten
            && trace.Written.IsWithin(policy.DroppedRecentlySeconds * EventTime.NanosecondsPerSecond, program.Observation.Time);
        bool temporary = IsBelow(program.Path, policy);

        // A volume holds what it always held, unless somebody is seen to put it there.
        bool brought = file.Layer == FileLayer.Upper ? IsNewer(file, program.Start) : recent && temporary;
        if (!program.Weigh(Id, "file was written after the container began", ProcessWords.Of(file.Layer), brought)) return null;
        if (!program.Weigh(Id, "more than its owner or mode was changed", known ? trace.Writer : "not seen", !known || trace.IsWritten))
            return null;
        if (!program.Weigh(Id, "no package manager wrote it", trace.Writer ?? "", !trace.ByPackageManager)) return null;
        if (!program.Weigh(Id, "not an image that builds", program.Image, !program.ImageMatches(policy.BuildImages))) return null;
        string? listed = Pattern.FirstMatch(policy.DroppedExceptions, program.Path);
        if (!program.Weigh(Id, "not an exception of the policy", listed ?? "", listed is null)) return null;
        return Found(ref program, trace, recent, temporary);
    }

    /// <summary>Where the container's start or the file's change time is not known, the layer alone has to do.</summary>
    private static bool IsNewer(in FileReference file, in ContainerStart start) =>
        !start.FirstIsKnown || file.ChangeTimeNs == 0 || file.ChangeTimeNs > start.First.WallNs - FileClockTickNs;

    private static bool IsBelow(string path, MaliciousProgramPolicy policy)
    {
        foreach (string directory in policy.TemporaryDirectories)
        {
            if (path.Length > directory.Length && path[directory.Length] == '/' && path.StartsWith(directory, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static ProgramFinding Found(ref ExecutedProgram program, FileTrace trace, bool recent, bool temporary)
    {
        var signs = ImmutableArray.CreateBuilder<(string, string)>();
        signs.Add(("not-in-image", ""));
        if (recent) signs.Add(("recent", ""));
        if (recent && trace.ByDownloader) signs.Add(("written-by", trace.Writer));
        if (trace.MadeExecutable) signs.Add(("made-executable", ""));
        if (temporary) signs.Add(("temporary-directory", ""));
        ProcessFacts self = program.Self;
        return new ProgramFinding(
            ProgramRule.DropAndExecute, program.Policy.DropAndExecuteSeverity, self.ExePath,
                $"{self.ExePath} runs and was not in the image")
        {
            Signs = signs.ToImmutable(),
            Before = trace.IsWritten
                ? [Described.Evidence(trace.Written.In(program.Observation.Node), trace.Written.At, null, "file", ("written",
                    self.ExePath), ("by", trace.Writer))]
                : [],
            WindowNs = program.Policy.DroppedRecentlySeconds * EventTime.NanosecondsPerSecond,
        };
    }
}
