using System.Collections.Frozen;
using System.Globalization;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.MaliciousProgram.Traces;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Rules;

/// <summary>MP-00: a program is known malware by its digest, at its exec or when the digest comes.</summary>
internal sealed class FingerprintRule
{
    private const string Id = "MP-00";

    private readonly MaliciousProgramPolicy _policy;
    private readonly FingerprintSet _fingerprints;
    private readonly FrozenSet<Sha256Digest> _trusted;

    public FingerprintRule(MaliciousProgramPolicy policy, FingerprintSet fingerprints)
    {
        _policy = policy;
        _fingerprints = fingerprints;
        var trusted = new HashSet<Sha256Digest>();
        foreach (string hex in policy.TrustedFingerprints)
        {
            if (Sha256Digest.TryParse(hex, out Sha256Digest digest)) trusted.Add(digest);
        }

        _trusted = trusted.ToFrozenSet();
    }

    /// <param name="observation">The exec, or the event that told the digest.</param>
    public void Look(in Observation observation, Execution execution, KnownDigest known, IFindings findings)
    {
        long now = observation.Time.WallNs / EventTime.NanosecondsPerSecond;
        bool listed = _fingerprints.TryFind(known.Digest, now, out Fingerprint found);
        findings.Reasons?.Weigh(Id, "its digest is known malware", known.Digest.ToString(), listed);
        if (!listed) return;
        bool isTrusted = _trusted.Contains(known.Digest);
        findings.Reasons?.Weigh(Id, "its digest is not trusted by the policy", known.Digest.ToString(), !isTrusted);
        if (isTrusted) return;

        // A feed may know better than the policy; most say nothing.
        Severity severity = found.Severity == default ? _policy.FingerprintSeverity : found.Severity;
        string family = found.Family.Length > 0 ? found.Family : "malware";
        ProgramFinding finding = new(ProgramRule.Fingerprint, severity, known.Digest.ToString(), $"{execution.Path} is known {family}")
        {
            Signs = [("sha256", known.Digest.ToString()), ("family", family), ("source", found.Source)],
            Facts =
            [
                ("sha256", known.Digest.ToString()), ("digest-event", known.Sequence.ToString(CultureInfo.InvariantCulture)),
                ("family", family), ("source", found.Source),
            ],
        };
        findings.Report(observation.Event.Kind == EventKind.Process
            ? finding.At(observation, "process", _policy)
            : finding.About(execution.Snapshot, observation, "file", _policy));
    }
}
