using System.Collections.Immutable;
using Pipeline.Detection.AbnormalStartup;

namespace Pipeline.Host.Commands;

/// <summary>One container that was checked; without findings it is fine.</summary>
internal sealed record CheckedContainer(string Source, int Document, string Kind, string Container, ImmutableArray<StartupFinding> Findings);

/// <summary>How the results of a check are told.</summary>
internal interface ICheckReport
{
    void Add(CheckedContainer container);

    /// <summary>A valid Kubernetes object that starts no container.</summary>
    void Skip(string kind);

    void Finish();
}
