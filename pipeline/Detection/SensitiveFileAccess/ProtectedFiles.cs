using System.Collections.Immutable;
using Pipeline.Detection.Files;
using Pipeline.Detection.Matching;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>What protects a path.</summary>
/// <param name="ByName">Whether the path is named itself and not part of a directory.</param>
/// <param name="Sure">False when the policy is for certain images and the container's is not known.</param>
internal sealed record Protection(string PolicyId, bool Executable, Severity Severity, bool ByName, bool Sure);

/// <summary>One step of a change to one path in a container's root.</summary>
/// <param name="File">Zero where the kernel named no file for this path.</param>
/// <param name="Elevates">Whether it gives a set-uid bit or file capabilities.</param>
internal readonly record struct FileStep(string Path, FileAction Action, FileReference File, bool Elevates, bool InMount);

/// <summary>The policy, ready to be asked.</summary>
internal sealed class ProtectedFiles(SensitiveFilePolicy policy)
{
    private const uint TypeBits = 0xf000;
    private const uint Regular = 0x8000;
    private const uint AnyExecute = 0x49;

    private readonly ImmutableArray<Compiled> _policies = [.. policy.Policies.Select(p => new Compiled(p))];

    /// <summary>Every path that any of the policies names.</summary>
    private readonly PathTree _named = new(policy.Policies.SelectMany(p =>
        p.Paths.Select(named => named.Path).Concat(p.IncludeExecutables ? p.ExecutableDirectories : [])));

    private readonly bool _includeExecutables = policy.Policies.Any(p => p.IncludeExecutables);

    public SensitiveFilePolicy Policy => policy;

    /// <summary>
    /// False: nothing protects a file from a step that does not elevate, whoever makes it and in whichever container. Costs little, and is
    /// so for nearly all files.
    /// </summary>
    /// <param name="path">From the container's root.</param>
    public bool MayProtect(ReadOnlySpan<byte> path, in FileReference file) =>
        (_includeExecutables && file.Layer == FileLayer.Image && (file.Mode & AnyExecute) != 0) || _named.Covers(path);

    /// <summary>What protects a path from a step that a program makes; null when nothing does.</summary>
    /// <param name="source">The container as far as it is known.</param>
    public Protection? Of(AlarmSource source, string exe, in FileStep step)
    {
        foreach (Compiled compiled in _policies)
        {
            bool? fits = compiled.Fits(source);
            if (fits == false || (step.InMount && !compiled.Policy.IncludeMounts) || compiled.Excludes(exe, step.Path)) continue;
            if (compiled.PathOf(step) is { } path)
            {
                return new Protection(
                    compiled.Policy.Id, false, step.Elevates ? policy.ExecutableSeverity : path.Severity ?? policy.Severity,
                    ByName: !path.Recursive, fits == true);
            }

            if (compiled.Policy.IncludeExecutables && (step.Elevates || IsProgram(compiled, step)))
                return new Protection(compiled.Policy.Id, true, policy.ExecutableSeverity, ByName: false, fits == true);
        }

        return null;
    }

    /// <summary>Whether a policy holds for a container, now that it is known.</summary>
    public bool Holds(string policyId, AlarmSource source) => _policies.Any(p => p.Policy.Id == policyId && p.Fits(source) != false);

    private static bool IsProgram(Compiled compiled, in FileStep step)
    {
        bool known = step.File.Inode != 0;
        if (known && (step.File.Mode & TypeBits) is not 0 and not Regular) return false;
        bool executable = (step.File.Mode & AnyExecute) != 0;
        return (executable && step.File.Layer == FileLayer.Image) || ((executable || !known) && compiled.IsAmongPrograms(step.Path));
    }

    private sealed class Compiled(ProtectionPolicy policy)
    {
        private readonly ImmutableArray<(ProtectedPath Path, PathPattern Pattern)> _paths =
            [.. policy.Paths.Select(p => (p, new PathPattern(p.Path)))];
        private readonly ImmutableArray<PathPattern> _programs = [.. policy.ExecutableDirectories.Select(p => new PathPattern(p))];
        private readonly ImmutableArray<PathPattern> _excluded = [.. policy.ExcludedPaths.Select(p => new PathPattern(p))];

        public ProtectionPolicy Policy => policy;

        /// <returns>Null when that is not known.</returns>
        public bool? Fits(AlarmSource source)
        {
            if (policy.Images.Contains("*")) return true;
            if (source.Image.Length == 0 && source.ImageDigest.Length == 0) return null;
            return policy.Images.Any(i => Wildcard.Matches(source.Image, i)
                || (source.ImageDigest.Length > 0 && Wildcard.Matches(source.ImageDigest, i)));
        }

        public bool Excludes(string exe, string path) =>
            policy.ExcludedProcesses.Any(p => Wildcard.Matches(exe, p)) || _excluded.Any(e => e.Covers(path));

        public ProtectedPath? PathOf(in FileStep step)
        {
            foreach ((ProtectedPath path, PathPattern pattern) in _paths)
            {
                if ((path.Actions & step.Action) != 0 && (path.Recursive ? pattern.Covers(step.Path) : pattern.Is(step.Path))) return path;
            }

            return null;
        }

        public bool IsAmongPrograms(string path) => _programs.Any(p => p.Covers(path));
    }
}
