using Pipeline.Domain.Policies;
using Pipeline.Runtime.Processing;

namespace Pipeline.Runtime.Policies;

/// <summary>A policy and the detectors under it.</summary>
internal sealed record RunnablePolicy(PolicyDocument Document, DetectorRoster Roster);
