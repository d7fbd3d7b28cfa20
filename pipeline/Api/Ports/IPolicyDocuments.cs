using System.Collections.Immutable;
using Pipeline.Domain.Policies;

namespace Pipeline.Api.Ports;

/// <summary>What is wrong with a policy's document.</summary>
/// <param name="Line">From 1; 0 where there is no place to name. Likewise the column.</param>
/// <param name="Setting">Empty for the document as a whole.</param>
public sealed record PolicyDocumentFault(int Line, int Column, string Setting, string Reason);

/// <summary>A setting that differs; null on the side where an item of a list is not.</summary>
public sealed record PolicySettingDifference(string Setting, string? From, string? To);

/// <summary>Reads policies' documents. Thread-safe.</summary>
public interface IPolicyDocuments
{
    /// <returns>The document, or all that is wrong with it.</returns>
    (PolicyDocument? Document, ImmutableArray<PolicyDocumentFault> Faults) Read(string text);

    /// <summary>What differs. Null stands for the policy that this process was started with.</summary>
    /// <returns>Null when one of them is not understood here.</returns>
    ImmutableArray<PolicySettingDifference>? Differences(PolicyDocument? from, PolicyDocument? to);
}
