using Testing;

namespace EndToEnd;

/// <summary>A real container engine, watched by the real agent.</summary>
[Trait("Category", "Docker")]
public sealed class ContainerEngineTests(PostgresFixture postgres, DockerEngine docker) : IClassFixture<DockerEngine>
{
    [Fact]
    public async Task Each_bad_setting_raises_exactly_its_alarm_and_a_plain_container_none()
    {
        docker.Require();
        await using LocalSystem system = await LocalSystem.StartAsync(postgres);
        using var api = new ApiClient(system.Api);
        await using OwnProcess agent = system.LaunchAgent("engine", "--docker-socket", docker.Socket);
        await docker.RunAsync(["--name", "first", "--privileged"], "true");
        await Eventually.GetAsync(api.AlarmsAsync, rows => rows.Count == 1, "the agent to watch the engine");

        await docker.RunAsync(["--name", "plain"], "true");
        await docker.RunAsync(["--name", "harmless", "--cap-add", "NET_BIND_SERVICE", "--security-opt", "no-new-privileges", "-v", "/etc/hosts:/etc/hosts"], "true");
        await docker.RunAsync(["--name", "all-caps", "--cap-add", "ALL"], "true");
        await docker.RunAsync(["--name", "admin", "--cap-add", "SYS_ADMIN"], "true");
        await docker.RunAsync(["--name", "unconfined", "--security-opt", "seccomp=unconfined"], "true");
        await docker.RunAsync(["--name", "elevating", "--security-opt", "no-new-privileges=false"], "true");
        await docker.RunAsync(["--name", "etc", "-v", "/etc:/e"], "true");
        await docker.RunAsync(["--name", "host-pid", "--pid", "host"], "true");
        await docker.RunAsync(["--name", "last", "--privileged"], "true");

        IReadOnlyList<AlarmRow> rows = await Eventually.GetAsync(
            api.AlarmsAsync, rows => rows.Any(row => row is { Container: "last", Confirmed: true }), "the last container's alarm");
        rows.Select(row => row.Short).Order(StringComparer.Ordinal).ShouldBe(
        [
            "AS-01 admin capabilities:[SYS_ADMIN]",
            "AS-01 all-caps capabilities:[ALL]",
            "AS-01 elevating no-new-privileges:false",
            "AS-01 first privileged:true",
            "AS-01 last privileged:true",
            "AS-01 unconfined seccomp=unconfined",
            """AS-02 etc mounts:[{"source":"/etc","destination":"/e","mode":"rw","propagation":"rprivate","type":"bind"}]""",
            "AS-03 host-pid namespaces:[pid]",
        ]);
        rows.ShouldAllBe(row => row.Confirmed && row.Occurrences == 1);
    }
}
