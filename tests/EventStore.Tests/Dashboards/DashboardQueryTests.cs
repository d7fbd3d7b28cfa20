using Npgsql;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Pipeline.EventStore;
using Pipeline.Runtime.Ports;
using Testing;

namespace EventStore.Tests.Dashboards;

/// <summary>Every query of every dashboard as Grafana sends it, as the role that Grafana is.</summary>
public sealed class DashboardQueryTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan[] Ranges = [TimeSpan.FromMinutes(15), TimeSpan.FromHours(24), TimeSpan.FromDays(30)];

    private static readonly int[] Selections = [1, 2, int.MaxValue];

    private static readonly string[] NodeNames = ["n1", "n2"];

    /// <summary>Of no options Grafana makes an empty text.</summary>
    private static readonly string[] NoOptions = [""];

    private readonly string _reader = $"reader_{Guid.NewGuid():N}";

    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    private TestStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await TestStore.OpenAsync(postgres);
        await new ReadOnlyRole(_reader, "secret").EnsureAsync(_store.Database, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.ScalarAsync<object>($"drop owned by {_reader}; drop role {_reader}");
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Answer_over_any_range_and_selection()
    {
        await SeedAsync();
        var silent = new List<string>();
        await using NpgsqlConnection connection = await OpenAsync();
        foreach (Dashboard dashboard in Dashboard.All())
        {
            Dictionary<string, string[]> every = await OptionsAsync(connection, dashboard);
            every.Values.ShouldAllBe(options => options.Length > 0, dashboard.File);
            foreach ((string title, string sql, bool isTimeSeries) in dashboard.Queries)
            {
                int most = 0;
                foreach (int selected in Selections)
                {
                    var chosen = every.ToDictionary(pair => pair.Key, pair => pair.Value.Take(selected).ToArray());
                    foreach (TimeSpan range in Ranges) most = Math.Max(most, await RowsAsync(connection, title, sql, isTimeSeries, range, chosen));
                }

                if (most == 0) silent.Add(title);
            }
        }

        silent.ShouldBeEmpty("each has something to show");
    }

    [Fact]
    public async Task Answer_on_an_empty_database()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        foreach (Dashboard dashboard in Dashboard.All())
        {
            Dictionary<string, string[]> none = dashboard.Variables.ToDictionary(variable => variable.Name, _ => NoOptions);
            foreach ((string title, string sql, bool isTimeSeries) in dashboard.Queries)
                await RowsAsync(connection, title, sql, isTimeSeries, Ranges[1], none);
        }
    }

    private async Task<int> RowsAsync(
        NpgsqlConnection connection, string title, string sql, bool isTimeSeries, TimeSpan range, IReadOnlyDictionary<string, string[]> variables)
    {
        // The newest is a moment old by now, and the page's clock is not the database's.
        string expanded = new Macros(_now - range, _now.AddMinutes(1), variables).Expand(sql);
        expanded.ShouldNotContain("$", customMessage: title);
        await using var command = new NpgsqlCommand(expanded, connection);
        try
        {
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
            if (isTimeSeries)
            {
                reader.GetName(0).ShouldBe("time", title);
                Enumerable.Range(1, reader.FieldCount - 1).ShouldContain(i => IsNumber(reader.GetFieldType(i)), title);
            }

            int rows = 0;
            while (await reader.ReadAsync(Cancellation)) rows++;
            return rows;
        }
        catch (PostgresException refused)
        {
            throw new InvalidOperationException($"{title}: {refused.MessageText}\n{expanded}", refused);
        }
    }

    private async Task<Dictionary<string, string[]>> OptionsAsync(NpgsqlConnection connection, Dashboard dashboard)
    {
        var every = new Dictionary<string, string[]>();
        foreach ((string name, string sql) in dashboard.Variables)
        {
            await using var command = new NpgsqlCommand(new Macros(_now.AddDays(-1), _now, every).Expand(sql), connection);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
            var options = new List<string>();
            while (await reader.ReadAsync(Cancellation)) options.Add(reader.GetString(0));
            every[name] = [.. options];
        }

        return every;
    }

    /// <summary>An alarm of each type and severity, some of them handled, on two nodes with containers and losses.</summary>
    private async Task SeedAsync()
    {
        FencingToken token = (await _store.AcquireAsync()).Token;
        AlarmRaised[] alarms = [.. from type in Enum.GetValues<AlarmType>() from severity in Enum.GetValues<Severity>() from node in NodeNames select Alarm(type, severity, node)];
        NodeSighting[] nodes = [.. NodeNames.Select(name => new NodeSighting(
            new NodeId(name), new BootId("boot"), _now.AddMinutes(-5), 7, new HeartbeatRecord { AgentVersion = "1.0" }))];
        ContainerSighting[] containers = [.. nodes.Select(node => new ContainerSighting(
            node.Node, node.Boot, SomeAlarm.Source.ContainerId, "docker", Some.PrivilegedSpec(), "running", null, _now, null, null, _now))];
        LossTally[] losses = [.. nodes.Select(node => new LossTally(
            node.Node, LossCause.RingBuffer, new DateTimeOffset(_now.Ticks - _now.Ticks % TimeSpan.TicksPerHour, TimeSpan.Zero), 1, 5, _now))];
        (await _store.CommitAsync(
            token, [.. alarms], TestStore.Snapshot(9) with { Inventory = new InventoryChanges([.. nodes], [.. containers], [.. losses]) }))
            .ShouldBeOfType<CommitOutcome.Committed>();
        await _store.HandleAsync(alarms[0].AlarmId, new AlarmCommand(Guid.NewGuid(), AlarmAction.Acknowledge, "ann", "api", ""));
        await _store.HandleAsync(alarms[0].AlarmId, new AlarmCommand(Guid.NewGuid(), AlarmAction.Close, "ann", "api", "", Verdict: Verdict.Benign));
        await _store.ScalarAsync<object>($"""
            insert into read.exclusions (id, conditions, reason, added_by, added_at, state, ended_by, end_reason)
            values ('{Guid.NewGuid()}', '[]', 'seeded', 'ann', now(), 'active', '', '')
            """);
        // An alarm closed after it was acknowledged no longer waits, so another one is acknowledged and stays.
        await _store.HandleAsync(alarms[1].AlarmId, new AlarmCommand(Guid.NewGuid(), AlarmAction.Acknowledge, "ann", "api", ""));
    }

    private AlarmRaised Alarm(AlarmType type, Severity severity, string node) => SomeAlarm.Raised($"{type}/{severity}/{node}") with
    {
        Type = type,
        Severity = severity,
        At = _now.AddSeconds(-30),
        Source = SomeAlarm.Source with { Node = node },
    };

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_store.ConnectionString) { Username = _reader, Password = "secret", Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private static bool IsNumber(Type type) => type == typeof(long) || type == typeof(int) || type == typeof(decimal) || type == typeof(double);
}
