using Testing;

namespace EndToEnd;

/// <summary>Descriptions from a real engine, through the agent's file source to the API.</summary>
public sealed class RecordedContainersTests(PostgresFixture postgres)
{
    [Theory]
    [MemberData(nameof(LogServer.Kinds), MemberType = typeof(LogServer))]
    public async Task Alarms_are_exactly_those_the_demo_promises(LogKind kind)
    {
        await using LocalSystem system = await LocalSystem.StartAsync(postgres, kind);
        using var api = new ApiClient(system.Api);
        string[] expected =
        [
            .. File.ReadLines(Path.Combine(Repository.Root, "infra/demo/expected.csv")).Where(line => !line.StartsWith('#'))
                .Select(line => string.Join(' ', line.Split(',')[..2].Reverse())),
        ];

        await using OwnProcess agent = system.LaunchAgent("recorded", "--once", "--file", Path.Combine(Repository.Root, "infra/demo/containers"));
        (await agent.ExitAsync()).ShouldBe(0, agent.Output);

        IReadOnlyList<AlarmRow> rows = await Eventually.GetAsync(
            api.AlarmsAsync, rows => rows.Count(row => row.Confirmed) >= expected.Length, $"{expected.Length} confirmed alarms");
        rows.Select(row => $"{row.Rule} {row.Container}").Order().ShouldBe(expected.Order());
        rows.ShouldAllBe(row => row.Occurrences == 1);
    }
}
