using Pipeline.Domain.Alarms;

namespace Pipeline.Detection.Fingerprints;

/// <summary>What is known of a digest that belongs to malware.</summary>
/// <param name="Family">Name that the feed gives the malware; empty where it gives none.</param>
/// <param name="Source">The feed.</param>
/// <param name="ExpiresUnixSeconds">Event time (seconds since 1970) from which it no longer counts; 0: it does not expire.</param>
public readonly record struct Fingerprint(Sha256Digest Digest, string Family, Severity Severity, string Source, long ExpiresUnixSeconds);
