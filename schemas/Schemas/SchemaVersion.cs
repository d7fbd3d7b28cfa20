using Pipeline.Schemas.Evolution;

namespace Pipeline.Schemas;

/// <summary>One published version of the schema of one subject; never changed and never removed.</summary>
/// <param name="Subject">Name of the topic: node-events, alarms, dead-letters.</param>
/// <param name="Version">From 1.</param>
/// <param name="Json">The schema as it was published.</param>
/// <param name="Schema">The same, parsed.</param>
/// <param name="Fingerprint">CRC-64-AVRO of its parsing canonical form.</param>
public sealed record SchemaVersion(string Subject, int Version, string Json, AvroSchema Schema, ulong Fingerprint);
