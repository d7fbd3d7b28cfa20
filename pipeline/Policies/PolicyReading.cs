using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Detection;

namespace Pipeline.Policies;

/// <summary>What is wrong with a policy, and where.</summary>
/// <param name="Line">From 1; 0 where there is no place to name.</param>
/// <param name="Column">From 1; 0 likewise.</param>
/// <param name="Path">The setting ("high-risk-system-call.rows[3].success"); empty for the document as a whole.</param>
/// <param name="Reason">For whoever wrote it: what is wrong and what would be right. Quotes the document, whose texts may hold
/// anything.</param>
public sealed record PolicyFault(int Line, int Column, string Path, string Reason)
{
    public override string ToString()
    {
        string place = Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Line}:{Column}: ") : "";
        return $"{place}{(Path.Length > 0 ? $"{Path}: " : "")}{Reason}";
    }
}

/// <summary>A policy, or everything that is wrong with it in the order of the document.</summary>
/// <param name="Policy">Null when there are faults.</param>
public sealed record PolicyReading(DetectionPolicy? Policy, ImmutableArray<PolicyFault> Faults);
