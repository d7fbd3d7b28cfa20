using System.Collections.Immutable;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;
using Testing;

namespace EventStore.Tests;

/// <summary>What an alarm quotes comes from containers, which may put anything anywhere.</summary>
public sealed class HostileTextTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("'; drop table read.alarms; --", "'; drop table read.alarms; --")]
    [InlineData("? ?? $1 :p0 {0} \\ \" \\u0000", "? ?? $1 :p0 {0} \\ \" \\u0000")]
    [InlineData("a\0b", "a\uFFFDb")]
    [InlineData("\uD83D\uDE00 stays whole", "\uD83D\uDE00 stays whole")]
    [InlineData("\u202E\u001b[31m\r\n\t", "\u202E\u001b[31m\r\n\t")]
    public Task Keeps_text_and_replaces_only_what_the_database_refuses(string given, string kept) => ShouldKeepAsync(given, kept);

    /// <summary>A test of its own: an attribute is kept as UTF-8, which has no lone surrogates.</summary>
    [Fact]
    public Task Replaces_lone_surrogates() => ShouldKeepAsync("\uD800x\uDC00\uD800y", "\uFFFDx\uFFFD\uFFFDy");

    [Fact]
    public async Task Cuts_text_that_is_longer_than_anything_real()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        var random = new Random(7);
        // Neither compressible (an index would take it then) nor of one byte each.
        string megabyte = new([.. Enumerable.Range(0, 1_000_000).Select(_ => (char)(0x4E00 + random.Next(20_000)))]);

        (await store.StoreAsync(Everywhere(megabyte))).ShouldBe(new CommitOutcome.Committed(1, 0));

        string inEvent = (await store.FindAsync(SomeAlarm.Id("a")))!.View.Raised.Subject;
        string inRow = (await store.ListAsync()).Alarms.ShouldHaveSingleItem().Subject;
        inEvent.ShouldBe(megabyte[..32_767] + "\u2026");
        inRow.ShouldBe(megabyte[..681] + "\u2026");
    }

    private async Task ShouldKeepAsync(string given, string kept)
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);

        (await store.StoreAsync(Everywhere(given))).ShouldBe(new CommitOutcome.Committed(1, 0));

        AlarmRaised raised = (await store.FindAsync(SomeAlarm.Id("a")))!.View.Raised;
        (raised.Subject, raised.Source.ContainerName, raised.Labels[0], raised.Content[0].Content).ShouldBe((kept, kept, kept, kept));
        raised.Evidence[0].Facts.ShouldBe([KeyValuePair.Create(kept, kept)]);
        AlarmSummary row = (await store.ListAsync(new AlarmFilter { Container = given })).Alarms.ShouldHaveSingleItem();
        (row.Subject, row.Source.Image, row.Content[0]).ShouldBe((kept, kept, kept));
    }

    private static AlarmRaised Everywhere(string text) => SomeAlarm.Raised("a") with
    {
        RuleId = text,
        ClassId = text,
        Title = text,
        Attack = [text],
        Source = new AlarmSource(text, text, text, text, text, text, text, text, text),
        Subject = text,
        Content = [new ContentItem(text, text, Severity.Low, text)],
        Evidence =
            [SomeAlarm.Evidence(1) with { Node = text, Boot = text, Kind = text, Facts = ImmutableSortedDictionary<string, string>.Empty.Add(text, text) }],
        EvidenceGaps = [text],
        PolicyId = text,
        Recommendation = text,
        DedupKey = text,
        Labels = [text],
    };
}
