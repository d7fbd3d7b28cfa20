using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.EventStore;
using Testing;
using Testing.Scripts;

namespace EndToEnd;

/// <summary>Reads what a pipeline has stored, event by event.</summary>
internal sealed class StoredAlarms(string postgres) : IAsyncDisposable
{
    private const int Page = AlarmQueries.LongestPage;
    private readonly AlarmDatabase _database = new(new EventStoreOptions { ConnectionString = postgres });

    private AlarmQueries Queries => new(_database);

    /// <summary>Waits until the end of every partition is stored, and all that came before it is.</summary>
    public async Task UntilAsync(IReadOnlyList<string> ends, Func<string> context)
    {
        foreach (string end in ends)
        {
            await Eventually.GetAsync(
                () => OfNodeAsync(end), rows => rows.Count > 0, $"the alarm of {end}", TimeSpan.FromMinutes(3), context);
        }
    }

    /// <summary>Every alarm event of a script and of the types that it is about, as <see cref="RecordedScript.Alarms"/> has them.</summary>
    public async Task<string> OfAsync(RecordedScript script)
    {
        var rows = new List<AlarmSummary>();
        foreach (string node in script.Nodes) rows.AddRange(await OfNodeAsync(node));
        var events = new List<AlarmEvent>();
        foreach (AlarmSummary row in rows.Where(row => script.Types.Contains(row.Type.ToString())).OrderBy(row => row.Id))
        {
            StoredAlarm? alarm = await Queries.FindAsync(row.Id, TestContext.Current.CancellationToken);
            events.AddRange(alarm!.History.Select(stored => stored.Event));
        }

        return AlarmText.Exact(events);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task<IReadOnlyList<AlarmSummary>> OfNodeAsync(string node)
    {
        AlarmPage? page = await Queries.ListAsync(new AlarmFilter { Node = node }, null, Page, TestContext.Current.CancellationToken);
        page!.Next.ShouldBeNull("more alarms of one script than fit on a page");
        return page.Alarms;
    }
}
