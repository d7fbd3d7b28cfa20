using Detection.Tests.Proof;
using Testing.Scripts;
using static Detection.Tests.MaliciousProgram.ProgramScript;

namespace Detection.Tests.MaliciousProgram;

/// <summary>MP-01.</summary>
public sealed class MinerTests
{
    private const string Wallet = "48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD";

    [Fact]
    [Raises("MP-01")]
    public void Alarms_on_a_miner_by_its_name() =>
        RunningContainer().Runs(11, "/opt/xmrig", "xmrig").ThenAlarms(Detectors, "raised MP-01 Critical /opt/xmrig: miner:name name:xmrig");

    [Theory]
    [InlineData("argument:stratum+tcp://", "-o", "stratum+tcp://198.51.100.7:3333")]
    [InlineData("argument:--donate-level", "--donate-level", "1")]
    [InlineData("pool:198.51.100.7:80", "-o", "198.51.100.7:80", "-a", "rx/0")]
    [InlineData("pool:198.51.100.7:80", "--url=198.51.100.7:80", "--algo=cryptonight-lite")]
    [InlineData("pool:pool.supportxmr.com:443", "-o", "pool.supportxmr.com:443")]
    [InlineData("wallet:" + Wallet, "-o", "198.51.100.7:80", "-u", Wallet)]
    [Raises("MP-01")]
    public void Alarms_on_a_renamed_miner_by_its_arguments(string sign, params string[] arguments) =>
        RunningContainer().Runs(11, "/usr/bin/dbus-daemon", ["dbus-daemon", .. arguments])
            .ThenAlarms(Detectors, $"raised MP-01 Critical /usr/bin/dbus-daemon: miner:{sign.Split(':')[0]} {sign}");

    [Theory]
    [InlineData("{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"login\",\"params\":{}}", 3333)]
    [InlineData("{\"id\": 1, \"method\": \"mining.subscribe\", \"params\": []}", 443)]
    [Raises("MP-01")]
    public void Alarms_on_what_is_said_to_a_pool(string message, int port)
    {
        var alarms = RunningContainer().Runs(11, "/usr/bin/java", "java").Connects(7, port).Sends(message).Run(Detectors);

        AlarmText.Short(alarms).ShouldHaveSingleItem().ShouldStartWith($"raised MP-01 Critical 203.0.113.9:{port}: stratum:");
    }

    [Fact]
    [Spares("MP-01")]
    public void Takes_a_login_at_another_port_for_somebody_elses_protocol() =>
        RunningContainer().Runs(11, "/usr/bin/java", "java").Connects(7, 8080).Sends("{\"id\":1,\"method\":\"login\"}")
            .ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-01")]
    public void Says_nothing_of_a_pools_port_alone() => RunningContainer().Runs(11, "/usr/bin/java", "java").Connects(7, 3333)
        .ThenAlarms(Detectors);

    [Theory]
    [InlineData("/bin/grep", "grep", "-r", "xmrig", "/etc")]
    [InlineData("/bin/grep", "grep", "stratum+tcp://", "/var/log/app.log")]
    [InlineData("/bin/sh", "sh", "-c", "grep -q 'stratum+tcp://' /etc/app.conf")]
    [InlineData("/usr/bin/curl", "curl", "-o", "pool.json", "https://pool.supportxmr.com/api")]
    [InlineData("/usr/bin/sysbench", "sysbench", "cpu", "--threads=64", "run")]
    [InlineData("/usr/bin/psql", "psql", "-o", "host:1", "-a", "file")]
    [Spares("MP-01")]
    public void Says_nothing_of_programs_that_only_mention_it(string path, params string[] arguments) =>
        RunningContainer().Runs(11, path, arguments).ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-01")]
    public void Says_nothing_of_a_miner_outside_of_containers() =>
        Script.OnNode("n1").By("", 10, "/bin/bash").Execs("/bin/bash", "bash").Runs(11, "/opt/xmrig", "xmrig").ThenAlarms(Detectors);
}
