namespace Attacks;

/// <summary>One container from its start to its end, and the rules that have to speak of it.</summary>
/// <param name="Name">The container's.</param>
/// <param name="Alarms">Ids of rules, in order and separated by spaces; empty for none.</param>
/// <param name="Options">
/// Of docker run. {pid}, {host} and {socket} stand for a process of the host that waits, a directory of the host, the engine's socket.
/// </param>
internal sealed record Life(string Name, string Alarms, string[] Options, string[] Command)
{
    public string Image { get; init; } = WatchedEngine.Image;

    /// <summary>Only made: the engine refuses to start it, or would.</summary>
    public bool OnlyCreated { get; init; }

    /// <summary>A step of an image's build.</summary>
    public bool Built { get; init; }
}

/// <summary>
/// Attacks, each next to something harmless that resembles it. All of them touch nothing but their own files and processes, whatever the
/// machine lets them do.
/// </summary>
internal static class Lives
{
    /// <summary>An image of which a whitelist says what may run.</summary>
    public const string ListedImage = "pipeline-tests/listed:1";

    private static readonly string[] None = [];
    private static readonly string[] HostProcesses = ["--privileged", "--pid", "host"];
    private static readonly string[] Handles = ["--cap-add", "DAC_READ_SEARCH", "-v", "{host}/reference:/reference"];
    private static readonly string[] HostEtc = ["-v", "/etc:/host/etc:ro"];

    public static IReadOnlyList<Life> All { get; } =
    [
        // Ordinary life.
        new("plain", "", None, ["true"]),
        Shell("shell", "", None, "id; ls -la / > /tmp/list; cat /tmp/list; rm /tmp/list"),
        Shell("own-shadow", "", None, "echo x > /tmp/shadow; cat /tmp/shadow"),
        new("image-shadow", "", None, ["cat", "/etc/shadow"]),

        new("healthy", "", ["--health-cmd", "cat /etc/passwd; /tools/nothing", "--health-interval", "1s"], ["sleep", "4"]),
        new("unhealthy", "", ["--health-cmd", "exit 1", "--health-interval", "1s", "--health-retries", "1"], ["sleep", "3"]),

        .. Escapes(),
        .. HostFiles(),
        .. Programs(),
        .. ProtectedFiles(),

        // Calls and startups.
        new("refused-calls", "SC-03 SC-04 SC-05 SC-06 SC-07 SC-08 SC-09 SC-10 SC-12 SC-13 SC-16 SC-17 SC-19 SC-21 VE-06", None,
            ["/tools/probe"]),
        new("elevated", "AS-04", ["--user", "1000"], ["/tools/elevated"]),
        new("not-elevated", "", ["--user", "1000", "--security-opt", "no-new-privileges"], ["/tools/elevated"]),
        new("sudo", "AS-04", ["--user", "1000"], ["/usr/bin/sudo", "-n", "/tools/nothing"]) { Image = WatchedEngine.DebianImage },
        new("sudo-refused", "", ["--user", "1000", "--security-opt", "no-new-privileges"], ["/usr/bin/sudo", "-n", "/tools/nothing"])
        {
            Image = WatchedEngine.DebianImage,
        },
        new("sudo-by-root", "", None, ["/usr/bin/sudo", "-n", "/tools/nothing"]) { Image = WatchedEngine.DebianImage },
    ];

    private static Life[] Escapes() =>
    [
        new("race", "VE-01", None, ["/tools/race"]),
        new("pipe-written", "VE-02", None, ["/tools/pipe", "write"]),
        new("pipe-moved-on", "", None, ["/tools/pipe"]),
        Shell("runtime-held", "AS-01 AS-03 VE-04", HostProcesses, "sleep 1; /tools/holder /proc/{pid}/exe 5"),
        new("itself-held", "", None, ["/tools/holder", "/tools/holder", "5"]),
        Shell("armed", "VE-04", None, "/bin/busybox ln -s /proc/self/exe /tmp/itself"),
        new("leaked-directory", "VE-05", ["-w", "/proc/self/fd/9"], ["true"]) { OnlyCreated = true },
        Shell("leaked-link", "VE-05", None, "/bin/busybox ln -s /proc/self/fd/9/../.. /tmp/out"),
        Shell("stream-link", "", None, "/bin/busybox ln -s /proc/self/fd/1 /tmp/log; cd /proc/self/fd"),
        Shell("release-agent", "AS-01 SC-10 VE-06", ["--privileged"],
            "/bin/busybox mkdir -p /tmp/cg; mount -t cgroup -o pids none /tmp/cg && : >> /tmp/cg/release_agent"),
        new("context-stuffed", "AS-01 SC-10 VE-07", ["--cap-add", "SYS_ADMIN"], ["/tools/context", "12"]),
        new("context-of-a-mount", "AS-01 SC-10", ["--cap-add", "SYS_ADMIN"], ["/tools/context", "4"]),
        new("shim", "VE-08", None, ["/tools/talk", "@/containerd-shim/pipeline-tests.sock"]),
        new("display", "", None, ["/tools/talk", "@/tmp/.X11-unix/X0"]),
        new("handle-refused", "SC-01 VE-09", ["-v", "{host}/reference:/reference"], ["/tools/handles", "/reference"]),
        new("handle-opened", "AS-01 SC-01 VE-09", Handles, ["/tools/handles", "/reference"]),
        new("handles-guessed", "AS-01 VE-10", Handles, ["/tools/guess", "/reference", "12"]),
        new("handles-stale", "AS-01", Handles, ["/tools/guess", "/reference", "5"]),
        new("descriptors-tried", "VE-10", None, ["/tools/look", "60"]),
        new("descriptors-missed", "", None, ["/tools/look", "40"]),
        Shell("passwords-guessed", "VE-11", ["--user", "1000"], "for i in 1 2 3 4 5 6; do /tools/su; done; true"),
        Shell("password-mistyped", "", ["--user", "1000"], "for i in 1 2 3 4; do /tools/su; done; true"),
        new("logins-swept", "VE-11", None, ["/tools/knock", "22", "6", "6"]),
        new("login-retried", "", None, ["/tools/knock", "22", "2", "5"]),
        Shell("core-pattern", "AS-01 VE-12", ["--privileged"], ": >> /proc/sys/kernel/core_pattern"),
        Shell("core-pattern-refused", "VE-12", None, ": >> /proc/sys/kernel/core_pattern; true"),
        Shell("setting-of-its-own", "AS-01", ["--privileged"], ": >> /proc/sys/net/core/somaxconn; cat /proc/sys/kernel/core_pattern"),
        Shell("host-entered", "AS-01 AS-03 SC-03 VE-13", HostProcesses, "sleep 1; exec /tools/enter /proc/{pid}/ns/mnt /bin/true"),
        new("itself-entered", "AS-01 SC-03", ["--privileged"], ["/tools/enter", "/proc/self/ns/mnt", "/bin/true"]),
        new("engine-called", "VE-14", ["-v", "{socket}:/run/docker.sock"], ["/tools/talk", "/run/docker.sock"]),
        new("application-called", "", None, ["/tools/talk", "/run/application.sock"]),
        Shell("disk", "VE-15", None, "/bin/busybox mknod /tmp/disk b 259 77; cat /tmp/disk; true"),
        Shell("queue", "", None, "/bin/busybox mknod /tmp/queue p; /bin/busybox mknod /tmp/null c 1 3"),
        new("host-traced", "AS-01 AS-03 SC-02 VE-16", HostProcesses, ["/tools/inject", "{pid}"]),
        new("child-traced", "SC-02 SC-14", None, ["/tools/tracer"]),
    ];

    private static Life[] HostFiles() =>
    [
        // They wait a moment: whose a file is, is known only once the mounts of a new container have been read.
        Shell("shadow-by-name", "AS-02 FE-01", HostEtc, "sleep 1; cat /host/etc/shadow"),
        .. Enumerable.Range(1, 5).Select(way =>
            Shell($"shadow-by-way-{way}", "AS-02 FE-01", HostEtc, $"sleep 1; /tools/reach /host/etc shadow {way}")),
        Shell("host-name", "AS-02", HostEtc, "sleep 1; cat /host/etc/hostname"),
        Shell("shadow-by-root-of-another", "AS-01 AS-03 FE-04", HostProcesses, "sleep 1; cat /proc/{pid}/root/etc/shadow > /dev/null"),
        Shell("shadow-by-root-refused", "AS-03", ["--pid", "host"], "sleep 1; cat /proc/{pid}/root/etc/shadow; true"),
        Shell("shadow-by-own-root", "", None, "sleep 1; cat /proc/1/root/etc/shadow /proc/self/root/etc/shadow"),
    ];

    private static Life[] Programs() =>
    [
        new("miner", "MP-01", None, ["/tools/xmrig", "-o", "pool.example:3333"]),
        new("miner-named", "", None, ["/tools/nothing", "xmrig"]),
        new("backdoor", "MP-02", None, ["/tools/backdoor"]),
        Shell("dropped", "MP-03", None, "cp /tools/nothing /tmp/new && /tmp/new"),
        Shell("script-piped", "MP-04", None, "/tools/curl -s http://127.0.0.1:9/install | sh"),
        Shell("script-kept", "", None, "/tools/curl -s http://127.0.0.1:9/install > /tmp/install"),
        new("fileless", "MP-05 MP-09", None, ["/tools/fileless"]),
        new("web-shell", "MP-06", None, ["/tools/nginx", "/bin/sh", "-c", "id; ls /"]),
        new("worker", "", None, ["/tools/spawn", "/bin/sh", "-c", "id; ls /"]),
        Shell("late-install", "MP-07", None, "sleep 11; /tools/apt install something"),
        new("early-install", "", None, ["/tools/apt", "install", "something"]),
        // In the first minute, which a build step is within, new programs are let pass by default; this test's policy has no such minute.
        Shell("package-late", "MP-07 SF-02", None, $"sleep 11; dpkg -i {DebianRoot.Package}") with { Image = WatchedEngine.DebianImage },
        new("package-built", "SF-02", None, ["/usr/bin/dpkg", "-i", DebianRoot.Package]) { Image = WatchedEngine.DebianImage, Built = true },
        new("scanner", "MP-08", None, ["/tools/nmap", "127.0.0.1"]),
        new("listed", "", None, ["/tools/nothing"]) { Image = ListedImage },
        new("not-listed", "AP-01", None, ["/tools/spawn", "/tools/nothing"]) { Image = ListedImage },
    ];

    private static Life[] ProtectedFiles() =>
    [
        Shell("user-added", "SF-01", None, "sleep 1; echo 'x:x:0:0::/:/bin/sh' >> /etc/passwd"),
        Shell("user-looked-up", "", None, "cat /etc/passwd; cat /etc/passwd > /tmp/passwd; : >> /etc/passwd-"),
        Shell("program-replaced", "SF-02", None, "sleep 1; /bin/busybox cp /tools/nothing /usr/bin/program"),
        Shell("user-refused", "SF-03", ["--read-only"], "sleep 1; echo x >> /etc/passwd; true"),
        Shell("altered", "SF-01", None, "sleep 1; /tools/alter"),
    ];

    private static Life Shell(string name, string alarms, string[] options, string script) =>
        new(name, alarms, options, ["sh", "-c", script]);
}
