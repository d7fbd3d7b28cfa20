using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Detection.AbnormalProcess;

/// <summary>A whitelist in the form in which it is asked. Immutable, safe from any thread.</summary>
internal sealed class CompiledWhitelist(ProcessWhitelist list)
{
    /// <summary>More than any image reference has characters, so that a longer prefix is never worth a scope.</summary>
    private const int ScopeStep = 1_000_000;

    public ProcessWhitelist List => list;

    public ImmutableArray<CompiledEntry> Entries { get; } = [.. list.Entries.Select(e => new CompiledEntry(e))];

    /// <summary>How exactly it means a container, more for more exactly; -1 when it does not mean it.</summary>
    /// <param name="known">False for a container that nobody has described: then only a list for everything means it.</param>
    public int Specificity(AlarmSource container, bool known)
    {
        if (list.Scope == WhitelistScope.Everything) return 0;
        if (!known || list.ScopeValue.Length == 0) return -1;
        bool matches = list.Scope switch
        {
            WhitelistScope.Digest => container.ImageDigest == list.ScopeValue,
            WhitelistScope.Image => container.Image == list.ScopeValue,
            WhitelistScope.ImagePrefix => container.Image.StartsWith(list.ScopeValue, StringComparison.Ordinal),
            WhitelistScope.Workload => container.Workload.Length > 0 && $"{container.Namespace}/{container.Workload}" == list.ScopeValue,
            WhitelistScope.Namespace => container.Namespace == list.ScopeValue,
            _ => false,
        };
        int length = list.Scope == WhitelistScope.ImagePrefix ? Math.Min(list.ScopeValue.Length, ScopeStep - 1) : 0;
        return matches ? (int)list.Scope * ScopeStep + length : -1;
    }
}
