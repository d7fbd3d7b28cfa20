using System.Collections.Frozen;
using Detection.Tests.HighRiskSystemCall;
using Detection.Tests.Proof;
using Pipeline.Detection;
using Pipeline.Domain.Events;
using Testing;
using Testing.Scripts;
using static Testing.Scripts.FileSteps;

namespace Detection.Tests.OrdinaryLife;

/// <summary>
/// What containers of common images do when they start and serve, written from what their programs call. Under the built-in policy the
/// whole catalogue has nothing to say of it.
/// </summary>
public sealed class ImageLifeTests
{
    private const int Enosys = -38, Eperm = -1;

    private static readonly FrozenDictionary<string, Func<Script, Script>> Lives = new Dictionary<string, Func<Script, Script>>
    {
        ["nginx"] = s => Entry(s, "/docker-entrypoint.sh").Runs("/usr/sbin/nginx", "nginx", "-g", "daemon off;")
            .Writes("/etc/nginx/conf.d/default.conf", InRoot(11)).Forks(110).Forks(111).Connects()
            .Serves("/usr/share/nginx/html/index.html").Rotates("/var/log/nginx/access.log"),
        ["httpd"] = s => Entry(s, "/usr/local/bin/httpd-foreground").Runs("/usr/local/apache2/bin/httpd", "httpd", "-DFOREGROUND")
            .Forks(110).Forks(111).Calls("clone", 112, 0x3d0f00).Connects().Serves("/usr/local/apache2/htdocs/index.html"),
        ["redis"] = s => Entry(s, "/usr/local/bin/docker-entrypoint.sh").Runs("/usr/local/bin/redis-server", "redis-server", "*:6379")
            .Connects().Does(FileOperation.Rename, "/data/temp-1.rdb", InRoot(12), other: "/data/dump.rdb").Forks(110).Exits(),
        ["postgres"] = s => Entry(s, "/usr/local/bin/docker-entrypoint.sh").Runs("/usr/lib/postgresql/16/bin/postgres", "postgres")
            .Forks(110).Forks(111).Forks(112).Connects().Writes("/var/lib/postgresql/data/pg_wal/000000010000000000000001", InRoot(13))
            .Calls("io_uring_setup", Eperm, 8),
        ["node"] = s => Entry(s, "/usr/local/bin/docker-entrypoint.sh").Runs("/usr/local/bin/node", "node", "server.js")
            .Calls("io_uring_setup", Eperm, 256).Calls("clone3", Enosys, 0).Calls("clone", 120, 0x3d0f00).Connects()
            .Serves("/app/server.js"),
        ["python"] = s => Entry(s, "/usr/local/bin/gunicorn").Runs("/usr/local/bin/python3.12", "python3", "-m", "gunicorn", "app:app")
            .Forks(110).Forks(111).Connects().Writes("/tmp/wgunicorn-1", InRoot(14))
            .Does(FileOperation.Unlink, "/tmp/wgunicorn-1", InRoot(14)),
        ["java"] = s => Entry(s, "/opt/java/openjdk/bin/java").Runs("/opt/java/openjdk/bin/java", "java", "-jar", "/app.jar")
            .Calls("userfaultfd", Eperm, 0).Calls("perf_event_open", Eperm, 0).Calls("clone3", Enosys, 0).Calls("clone", 130, 0x3d0f00)
            .Writes("/tmp/hsperfdata_root/1", InRoot(15)).Connects(),
        ["a shell"] = s => Entry(s, "/bin/bash").Forks(140).Execs("/usr/bin/ls", "ls", "-l", "/").Exits().By("c1", 141, "/bin/bash")
            .Forks(142).Execs("/usr/bin/cat", "cat", "/etc/os-release").Opens("/etc/os-release", InRoot(16, FileLayer.Image)).Exits(),
        ["a health check"] = s => Entry(s, "/usr/sbin/nginx").After(120)
            .By(Workload with { Tgid = 150, Flags = TaskFlags.Started | TaskFlags.ExecSession, ExePath = "/usr/bin/curl" })
            .Execs("/usr/bin/curl", "curl", "-fsS", "http://localhost/healthz").Connects().Exits(),
        ["cron"] = s => Entry(s, "/usr/sbin/crond").After(120).Forks(160).Execs("/bin/sh", "sh", "-c", "/usr/local/bin/report").Forks(161)
            .Execs("/usr/local/bin/report", "report").Writes("/var/lib/report/out", InRoot(17)).Exits(),
        ["apt-get of an entry point"] = s => Entry(s, "/entrypoint.sh").Installs("/usr/bin/apt-get", "apt-get", "install", "-y", "curl"),
        ["apk of an entry point"] = s => Entry(s, "/entrypoint.sh").Installs("/sbin/apk", "apk", "add", "curl"),
        ["pip of an entry point"] = s => Entry(s, "/entrypoint.sh").Installs("/usr/local/bin/pip", "pip", "install", "flask"),
        ["npm of an entry point"] = s => Entry(s, "/entrypoint.sh").Installs("/usr/local/bin/npm", "npm", "ci"),
    }.ToFrozenDictionary();

    private static ScriptedTask Workload => new() { Container = "c1" };

    public static TheoryData<string> Names => [.. Lives.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    [Spares("AS-01 to AS-04", "MP-00 to MP-09", "VE-01 to VE-16", "SC-01 to SC-25", "FE-01 to FE-04", "SF-01 to SF-03")]
    public void Nothing_is_said_of(string life) =>
        Lives[life](Begins()).After(600).Heartbeat().After(10).Heartbeat().ThenAlarms(Catalog.Detectors);

    /// <summary>The runtime sets the container up: keys, mounts, a new root, and its own end.</summary>
    private static Script Begins() => Script.OnNode("n1").Heartbeat("x86_64").HostMounts().Created("c1", Some.PlainSpec("life"))
        .By(Workload with { Flags = TaskFlags.Runtime, ExePath = "/usr/bin/runc" })
        .Calls("keyctl", 1, 1).Calls("mount", 0, 0, 0, 0, 0x1000).Calls("pivot_root", 0).Calls("umount2", 0)
        .ContainerMounts("c1").Started("c1", 100);

    private static Script Entry(Script script, string program) =>
        script.By(Workload with { ExePath = program }).Execs(program, program).After(0.2);
}

/// <summary>Steps of an ordinary life.</summary>
internal static class OrdinarySteps
{
    public static Script Runs(this Script script, string path, params string[] arguments) => script.Execs(path, arguments).After(1);

    /// <summary>To a database.</summary>
    public static Script Connects(this Script script) => script.Calls("socket", 5, 2, 1, 0)
        .Call(42, 0, [5], (batch, call) => call with { Data = batch.AddText([2, 0, 21, 56, 10, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0]) })
        .After(1);

    public static Script Serves(this Script script, string file)
    {
        for (int i = 0; i < 20; i++) script.Opens(file, FileSteps.InRoot(21, FileLayer.Image)).Calls("sendfile", 512, 7, 8).After(0.1);
        return script;
    }

    public static Script Rotates(this Script script, string log) => script.After(100)
        .Does(FileOperation.Rename, log, FileSteps.InRoot(22), other: log + ".1").Does(FileOperation.Create, log, FileSteps.InRoot(23))
        .Writes(log, FileSteps.InRoot(23));

    /// <summary>In the first minute: the package manager writes a program of the image anew and runs it.</summary>
    public static Script Installs(this Script script, string manager, params string[] arguments) => script.Forks(170)
        .Execs(manager, arguments).Writes("/usr/bin/curl", FileSteps.InRoot(24, mode: 0x81ed))
        .Does(FileOperation.ChangeMode, "/usr/bin/curl", FileSteps.InRoot(24, mode: 0x81ed)).Exits().After(5);
}
