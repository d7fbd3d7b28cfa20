using System.Collections.Immutable;
using System.ComponentModel;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Contracts;

[Description("A raw event of the log: node, boot and sequence are its identity there; facts are a copy of the fields that decided.")]
public sealed record EvidenceContract(string Node, string Boot, long Sequence, string Kind, DateTime At, ImmutableSortedDictionary<string, string> Facts)
{
    internal static EvidenceContract From(Evidence evidence) =>
        new(evidence.Node, evidence.Boot, evidence.Sequence, evidence.Kind, evidence.At.UtcDateTime, evidence.Facts);
}
