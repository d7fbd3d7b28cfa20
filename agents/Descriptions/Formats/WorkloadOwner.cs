using System.Collections.Immutable;

namespace Agents.Descriptions.Formats;

/// <summary>
/// The workload that people know, from the object that made a pod: a Deployment makes its pods through a ReplicaSet, a CronJob through a
/// Job.
/// Told from names, so that nobody has to be asked.
/// </summary>
internal static class WorkloadOwner
{
    /// <summary>Label that a Deployment gives its ReplicaSets and their pods; the ReplicaSet's name ends with its value.</summary>
    private const string TemplateHash = "pod-template-hash";

    /// <summary>A CronJob's Job ends with the minutes since 1970 for which it was due: eight digits from 1989 to 2160.</summary>
    private const int DueDigits = 8;

    public static (string Kind, string Name) Of(string kind, string name, ImmutableSortedDictionary<string, string> podLabels)
    {
        int dash = name.LastIndexOf('-');
        if (dash <= 0) return (kind, name);
        ReadOnlySpan<char> suffix = name.AsSpan(dash + 1);
        return kind switch
        {
            "ReplicaSet" when suffix.Length > 0 && suffix.SequenceEqual(podLabels.GetValueOrDefault(TemplateHash)) => ("Deployment", name[..dash]),
            "Job" when suffix.Length == DueDigits && !suffix.ContainsAnyExceptInRange('0', '9') => ("CronJob", name[..dash]),
            _ => (kind, name),
        };
    }
}
