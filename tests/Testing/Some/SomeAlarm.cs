using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;

namespace Testing;

/// <summary>Throw-away values; what a test is about it says itself, by <c>with</c>.</summary>
public static class SomeAlarm
{
    public static readonly DateTimeOffset Moment = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    public static readonly AlarmSource Source = new(
        "node-1", "boot-1", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "web", "registry.example/shop/web:1.4", "sha256:aa", "shop", "web-0", "StatefulSet/web");

    public static AlarmRaised Raised(string name = "a") => new()
    {
        AlarmId = Id(name),
        Ordinal = 0,
        At = Moment,
        Type = AlarmType.AbnormalStartup,
        RuleId = "AS-01",
        RuleVersion = 1,
        ClassId = "container_1003",
        Title = "Container started with too much power",
        Severity = Severity.High,
        Outcome = Outcome.SystemVulnerability,
        Attack = ["T1610"],
        Source = Source,
        Subject = "web",
        Content = [new ContentItem("privileged", "privileged:true", Severity.High, "explicit")],
        Processes = [new AlarmProcess(4711, 11, 1_000_000_000, "/bin/sh", "sh -c id", 0, 0, "00000000a80425fb")],
        Evidence = [Evidence(1)],
        EvidenceComplete = true,
        EvidenceGaps = [],
        PolicyId = "default",
        PolicyVersion = 7,
        Recommendation = "Run it without --privileged.",
        DedupKey = $"AS-01/{name}",
        Labels = ["existing"],
    };

    public static AlarmRecurred Recurred(string name, int ordinal, long occurrences) => new()
    {
        AlarmId = Id(name),
        Ordinal = ordinal,
        At = Moment.AddSeconds(ordinal),
        Occurrences = occurrences,
        Evidence = Evidence(ordinal + 1),
    };

    public static AlarmConfirmed Confirmed(string name, int ordinal) =>
        new() { AlarmId = Id(name), Ordinal = ordinal, At = Moment.AddSeconds(ordinal), Evidence = Evidence(ordinal + 1) };

    public static AlarmAmended Amended(string name, int ordinal, string image) => new()
    {
        AlarmId = Id(name),
        Ordinal = ordinal,
        At = Moment.AddSeconds(ordinal),
        Source = Raised(name).Source with { Image = image },
        Evidence = Evidence(ordinal + 1),
    };

    public static AlarmEscalated Escalated(string name, int ordinal, Severity severity) => new()
    {
        AlarmId = Id(name),
        Ordinal = ordinal,
        At = Moment.AddSeconds(ordinal),
        Severity = severity,
        Outcome = Outcome.AttackSuccess,
        Evidence = Evidence(ordinal + 1),
    };

    public static Evidence Evidence(long sequence) => new(
        "node-1", "boot-1", sequence, "container", Moment, ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("name", "web").Add("privileged", "true"));

    public static Guid Id(string name) => DeterministicId.From("alarm", name);
}
