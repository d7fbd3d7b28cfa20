using System.Collections.Immutable;
using Pipeline.Api.Ports;
using Pipeline.Detection;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Domain.Kernel;
using Pipeline.Domain.Policies;
using Pipeline.Feeds;
using Pipeline.Policies;
using Pipeline.Runtime.Ports;

namespace Pipeline.Host.Serving;

/// <summary>
/// Reads policies' documents for the API, and makes detectors of them for the runtime with the fingerprint feeds that they name. Thread-safe.
/// </summary>
internal sealed class PolicyDocuments : IPolicyDocuments, IPolicyCompiler
{
    private readonly DetectionPolicy _start;
    private readonly PolicyDocument _document;
    private readonly TextWriter _errors;
    private readonly Lock _loading = new();
    private (ImmutableArray<FingerprintFeed> Files, FingerprintSet Set) _feeds;

    /// <param name="start">What holds while the store has no policy.</param>
    /// <param name="errors">Where it is said what is bad in a feed.</param>
    public PolicyDocuments(DetectionPolicy start, PolicyDocument document, TextWriter errors)
    {
        _start = start;
        _document = document;
        _errors = TextWriter.Synchronized(errors);
        Start = Under(start);
    }

    /// <summary>The detectors under the policy that the process was started with.</summary>
    public ImmutableArray<DetectorFactory> Start { get; }

    public (PolicyDocument? Document, ImmutableArray<PolicyDocumentFault> Faults) Read(string text)
    {
        PolicyReading reading = PolicyYaml.Read(text);
        return reading.Policy is { } policy
            ? (new PolicyDocument(policy.Id, policy.Version, text), [])
            : (null, [.. reading.Faults.Select(f => new PolicyDocumentFault(f.Line, f.Column, f.Path, f.Reason))]);
    }

    public ImmutableArray<PolicySettingDifference>? Differences(PolicyDocument? from, PolicyDocument? to)
    {
        if (PolicyOf(from) is not { } first || PolicyOf(to) is not { } second) return null;
        return [.. PolicyDiff.Between(first, second).Select(change => new PolicySettingDifference(change.Setting, change.From, change.To))];
    }

    public PolicyCompilation Compile(PolicyDocument document)
    {
        PolicyReading reading = PolicyYaml.Read(document.Text);
        return reading.Policy is { } policy
            ? new PolicyCompilation.Compiled(Under(policy))
            : new PolicyCompilation.Unreadable(string.Join("; ", reading.Faults));
    }

    private DetectionPolicy? PolicyOf(PolicyDocument? document) =>
        document is null || document.Hash == _document.Hash ? _start : PolicyYaml.Read(document.Text).Policy;

    private ImmutableArray<DetectorFactory> Under(DetectionPolicy policy) =>
        Catalog.Under(policy, FeedsOf(policy.MaliciousProgram.FingerprintFeeds));

    /// <summary>A feed is somebody else's: what is bad in it is said and does not stop the process.</summary>
    private FingerprintSet FeedsOf(ImmutableArray<FingerprintFeed> files)
    {
        lock (_loading)
        {
            // Millions of digests: not again for a change elsewhere.
            if (!_feeds.Files.IsDefault && _feeds.Files.SequenceEqual(files)) return _feeds.Set;
            (FingerprintSet set, ImmutableArray<FeedReport> reports) = FingerprintFeeds.Load(files);
            foreach (FeedReport report in reports)
            {
                _errors.WriteLine($"alarmctl serve: feed {report.File}: {report.Taken} digests, {report.Ignored} ignored, {report.Bad} bad, {report.Refused} without room");
                foreach (FeedFault fault in report.Faults) _errors.WriteLine($"alarmctl serve: feed {fault}");
            }

            _feeds = (files, set);
            return set;
        }
    }
}
