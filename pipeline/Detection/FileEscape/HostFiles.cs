using System.Collections.Immutable;
using Pipeline.Detection.Files;
using Pipeline.Detection.Matching;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.FileEscape;

/// <summary>The policy, ready to be asked.</summary>
internal sealed class HostFiles(FileEscapePolicy policy)
{
    private readonly ImmutableArray<(KeyPath Key, PathPattern Pattern)> _keys =
        [.. policy.KeyPaths.Select(k => (k, new PathPattern(k.Path)))];
    private readonly ImmutableArray<PathPattern> _excluded = [.. policy.ExcludedPaths.Select(p => new PathPattern(p))];

    public FileEscapePolicy Policy => policy;

    /// <summary>The entry that a path falls under; null for a path that is nobody's concern.</summary>
    public KeyPath? KeyOf(string hostPath)
    {
        foreach ((KeyPath key, PathPattern pattern) in _keys)
        {
            if (pattern.Covers(hostPath)) return IsExcluded(hostPath) ? null : key;
        }

        return null;
    }

    /// <summary>The entry that a directory shows when it is mounted somewhere: it lies there or below.</summary>
    public KeyPath? KeyIn(string hostPath)
    {
        if (KeyOf(hostPath) is { } at) return at;
        foreach ((KeyPath key, PathPattern pattern) in _keys)
        {
            if (pattern.IsBelow(hostPath)) return key;
        }

        return null;
    }

    public bool IsExcluded(string hostPath) => _excluded.Any(e => e.Covers(hostPath));

    /// <summary>The exception that lets it pass. What is not known of a container is no ground for one.</summary>
    public FileEscapeException? ExceptionFor(ContainerContext? container, string process, string hostPath)
    {
        string image = container?.Spec?.Image ?? "";
        string pod = container?.Spec?.Pod is { } facts ? $"{facts.Namespace}/{facts.Pod}" : "";
        return policy.Exceptions.FirstOrDefault(e =>
            Fits(e.Image, image) && Fits(e.Pod, pod) && Fits(e.Process, process) && Fits(e.Path, hostPath));
    }

    private static bool Fits(string pattern, string text) => pattern.Length == 0 || (text.Length > 0 && Wildcard.Matches(text, pattern));
}
