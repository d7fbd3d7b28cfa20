using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore.ReadModels;

/// <summary>A row of <c>read.alarms</c> as it is inserted; member names in snake case are column names.</summary>
internal sealed record AlarmRow
{
    public required Guid Id { get; init; }

    public required string Type { get; init; }

    public required string RuleId { get; init; }

    public required int RuleVersion { get; init; }

    public required string ClassId { get; init; }

    public required string Title { get; init; }

    public required string Severity { get; init; }

    public required int SeverityRank { get; init; }

    public required string Outcome { get; init; }

    public required string State { get; init; }

    public required string Node { get; init; }

    public required string Boot { get; init; }

    public required string ContainerId { get; init; }

    public required string ContainerName { get; init; }

    public required string Image { get; init; }

    public required string ImageDigest { get; init; }

    public required string Namespace { get; init; }

    public required string Pod { get; init; }

    public required string Workload { get; init; }

    public required string Subject { get; init; }

    public required string[] Content { get; init; }

    public required string[] Attack { get; init; }

    public required long Occurrences { get; init; }

    public required DateTimeOffset FirstSeen { get; init; }

    public required DateTimeOffset LastSeen { get; init; }

    public required DateTimeOffset StoredAt { get; init; }

    public required string[] Labels { get; init; }

    public required string Process { get; init; }

    public required string CommandLine { get; init; }

    public required string PolicyId { get; init; }

    public required int PolicyVersion { get; init; }

    public required bool EvidenceComplete { get; init; }

    public required int Version { get; init; }

    public static AlarmRow From(AlarmRaised e, DateTimeOffset storedAt) => new()
    {
        Id = e.AlarmId,
        Type = Spelling.Of(e.Type),
        RuleId = Column(e.RuleId),
        RuleVersion = e.RuleVersion,
        ClassId = Column(e.ClassId),
        Title = Column(e.Title),
        Severity = Spelling.Of(e.Severity),
        SeverityRank = (int)e.Severity,
        Outcome = Spelling.Of(e.Outcome),
        State = Spelling.Of(AlarmState.Open),
        Node = Column(e.Source.Node),
        Boot = Column(e.Source.Boot),
        ContainerId = Column(e.Source.ContainerId),
        ContainerName = Column(e.Source.ContainerName),
        Image = Column(e.Source.Image),
        ImageDigest = Column(e.Source.ImageDigest),
        Namespace = Column(e.Source.Namespace),
        Pod = Column(e.Source.Pod),
        Workload = Column(e.Source.Workload),
        Subject = Column(e.Subject),
        Content = [.. e.Content.Select(item => Column(item.Content))],
        Attack = [.. e.Attack.Select(Column)],
        Occurrences = 1,
        FirstSeen = e.At,
        LastSeen = e.At,
        StoredAt = storedAt,
        Labels = [.. e.Labels.Select(Column)],
        Process = e.Processes.IsEmpty ? "" : Column(e.Processes[0].Path),
        CommandLine = e.Processes.IsEmpty ? "" : Column(e.Processes[0].CommandLine),
        PolicyId = Column(e.PolicyId),
        PolicyVersion = e.PolicyVersion,
        EvidenceComplete = e.EvidenceComplete,
        Version = 1,
    };

    private static string Column(string text) => StorableText.ForColumn(text);
}
