using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Detection.MaliciousProgram;

/// <summary>
/// Every list, threshold and severity of the rules on malicious programs. Program names are those of the executable file itself, without
/// its directory. Patterns know "*" (any characters) and "?" (one). Times are event time.
/// </summary>
public sealed record MaliciousProgramPolicy
{
    public static MaliciousProgramPolicy Default { get; } = new();

    /// <summary>Where malware is known by its digest; none: a site chooses whom it trusts. Read once when the pipeline starts.</summary>
    public ImmutableArray<FingerprintFeed> FingerprintFeeds { get; init; } = [];

    /// <summary>
    /// Digests that never alarm whatever a feed says, as hex: feeds list whole samples, and a sample that brought its own BusyBox lists
    /// every container that has one.
    /// </summary>
    public ImmutableArray<string> TrustedFingerprints { get; init; } = [];

    /// <summary>A digest is a proof, not a suspicion.</summary>
    public Severity FingerprintSeverity { get; init; } = Severity.Critical;

    /// <summary>Miners under their own names; renamed ones show in their arguments and what they send.</summary>
    public ImmutableArray<string> MinerNames { get; init; } =
    [
        "xmrig", "xmrig-cuda", "xmrig-proxy", "xmr-stak", "xmr-stak-rx", "minerd", "minergate", "minergate-cli", "cpuminer",
        "cpuminer-multi",
        "cpuminer-opt", "ccminer", "ethminer", "cgminer", "bfgminer", "sgminer", "t-rex", "nbminer", "lolminer", "phoenixminer", "gminer",
        "teamredminer", "claymore", "nanominer", "srbminer-multi", "wildrig-multi", "rigel", "kinsing", "kdevtmpfsi", "moneroocean",
    ];

    /// <summary>Parts of a command line that only miners have.</summary>
    public ImmutableArray<string> MinerArguments { get; init; } =
        ["stratum+tcp://", "stratum+ssl://", "stratum+tls://", "stratum2+tcp://", "stratum1+tcp://", "ethproxy+tcp://", "--donate-level"];

    /// <summary>Algorithm names that make of a pool address ("-o host:port") a miner's command line.</summary>
    public ImmutableArray<string> MinerAlgorithms { get; init; } =
        ["rx/0", "rx/wow", "randomx", "cryptonight", "cn/r", "cn/half", "kawpow", "ethash", "etchash", "argon2/chukwa", "ghostrider"];

    /// <summary>Pools that the common miners ship with, matched as the end of a host name in the arguments.</summary>
    public ImmutableArray<string> MinerPoolDomains { get; init; } =
    [
        "minexmr.com", "nanopool.org", "supportxmr.com", "moneroocean.stream", "hashvault.pro", "dwarfpool.com", "ethermine.org",
        "f2pool.com",
        "nicehash.com", "minergate.com", "2miners.com", "herominers.com", "c3pool.com", "xmrpool.eu", "unmineable.com", "crypto-pool.fr",
    ];

    /// <summary>What the first messages of the stratum protocol hold; no other protocol does.</summary>
    public ImmutableArray<string> MinerMessages { get; init; } =
        ["\"mining.subscribe\"", "\"mining.authorize\"", "\"eth_submitLogin\"", "\"method\":\"login\"", "\"method\": \"login\""];

    /// <summary>Ports that pools listen at; "login" is said to others too, but not there.</summary>
    public ImmutableArray<int> MinerPorts { get; init; } = [3333, 4444, 5555, 7777, 14433, 14444, 45700];

    /// <summary>Programs whose arguments are texts to look for or to show: "grep xmrig" mines nothing.</summary>
    public ImmutableArray<string> TextPrograms { get; init; } =
    [
        "grep", "egrep", "fgrep", "rg", "ag", "sed", "awk", "gawk", "mawk", "find", "cat", "less", "more", "head", "tail", "vi", "vim",
        "nano", "echo",
        "printf", "strings", "diff", "tee", "jq", "yq", "man", "which", "pgrep", "pkill", "killall", "ls", "rm", "cp", "mv", "test", "[",
        "git", "clamscan",
    ];

    /// <summary>Command shells.</summary>
    public ImmutableArray<string> Shells { get; init; } = ["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "csh", "tcsh", "fish"];

    /// <summary>
    /// Programs that run code given on their command line or standard input, beside shells. A version at the end does not count.
    /// </summary>
    public ImmutableArray<string> Interpreters { get; init; } = ["python", "perl", "ruby", "php", "lua", "node", "nodejs", "tclsh", "pwsh"];

    /// <summary>
    /// Programs that do many things by the name they are called with; what they are is told by that name, not by the file. What such a file
    /// is called in a feed says nothing of the applet that ran.
    /// </summary>
    public ImmutableArray<string> MultiCallPrograms { get; init; } = ["busybox", "toybox"];

    /// <summary>Programs that fetch a file from the network.</summary>
    public ImmutableArray<string> Downloaders { get; init; } = ["curl", "wget", "aria2c", "tftp", "ftpget", "fetch", "lwp-download"];

    /// <summary>Between connecting and becoming a shell: an exploit does both at once, a terminal server waits for a login.</summary>
    public long ReverseShellSeconds { get; init; } = 10;

    /// <summary>
    /// Programs that hand their client's connection to a child as its standard input by design: inetd and the like, and login servers.
    /// </summary>
    public ImmutableArray<string> ConnectionServers { get; init; } =
    [
        "inetd", "xinetd", "tcpsvd", "sshd", "dropbear", "telnetd", "in.telnetd", "rlogind", "systemd", "tcpserver", "s6-tcpserver",
        "login",
    ];

    /// <summary>
    /// Programs that give every child a pair of sockets for its standard streams: having sockets at the start says nothing of their
    /// children.
    /// </summary>
    public ImmutableArray<string> SocketPairPrograms { get; init; } = ["node", "nodejs", "bun", "deno", "electron"];

    /// <summary>
    /// How long what was written counts as just brought in; the stages of an attack follow within minutes. Older files of the writable
    /// layer still alarm, without the mark "recent".
    /// </summary>
    public long DroppedRecentlySeconds { get; init; } = 300;

    /// <summary>Directories that everybody may write to, where droppers put what they fetch.</summary>
    public ImmutableArray<string> TemporaryDirectories { get; init; } = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/var/run"];

    /// <summary>
    /// Paths that may be executed although they are written at run time; none: the sites that have such programs know them.
    /// </summary>
    public ImmutableArray<string> DroppedExceptions { get; init; } = [];

    /// <summary>
    /// Images whose work is to fetch, build and install; exempt from drop and execute, script pipes and package managers.
    /// </summary>
    public ImmutableArray<string> BuildImages { get; init; } =
    [
        "*kaniko*", "*buildkit*", "*buildah*", "*buildpack*", "docker:*", "*/docker:*", "*gitlab-runner*", "*jenkins*agent*",
        "*actions-runner*",
    ];

    /// <summary>Between the two ends of a pipe from a downloader to a shell; a shell starts both at once.</summary>
    public long ScriptPipeSeconds { get; init; } = 5;

    /// <summary>
    /// Programs that run out of memory by design, as "name of the memory file" with the executable that must have started it.
    /// </summary>
    public ImmutableArray<FilelessException> FilelessExceptions { get; init; } =
        [new("systemd-executor", "/usr/lib/systemd/systemd"), new("systemd-executor", "/lib/systemd/systemd")];

    /// <summary>Directories that are memory; a program put there leaves nothing on any disk.</summary>
    public ImmutableArray<string> MemoryDirectories { get; init; } = ["/dev/shm", "/run/shm"];

    /// <summary>Web and application servers by the name of their executable, or of their script where an interpreter runs them.</summary>
    public ImmutableArray<string> WebServers { get; init; } =
    [
        "nginx", "httpd", "apache2", "lighttpd", "caddy", "php-fpm", "php-cgi", "gunicorn", "uwsgi", "uvicorn", "hypercorn", "java",
        "node", "nodejs",
        "puma", "unicorn", "dotnet", "w3wp",
    ];

    /// <summary>Scripts that start programs by a shell on purpose: a node that runs one of these is no server.</summary>
    public ImmutableArray<string> ScriptRunners { get; init; } =
    [
        "npm", "npm-cli.js", "npx", "npx-cli.js", "yarn", "yarn.js", "pnpm", "pnpm.cjs", "corepack", "lerna", "nx", "pm2", "nodemon",
        "gulp", "grunt",
    ];

    /// <summary>What an intruder asks first, and what he brings the next stage with.</summary>
    public ImmutableArray<string> ReconnaissancePrograms { get; init; } =
    [
        "id", "whoami", "uname", "hostname", "ifconfig", "ip", "netstat", "ss", "ps", "nc", "ncat", "base64", "w", "last", "getent",
        "crontab",
    ];

    /// <summary>A server that has run for less is still starting, and starts its helpers by shell.</summary>
    public long WebServerSettledSeconds { get; init; } = 30;

    /// <summary>
    /// Commands that web applications run by shell for a living: the program of "sh -c", when it is the only one and nothing is redirected.
    /// </summary>
    public ImmutableArray<string> WebCommands { get; init; } =
    [
        "convert", "magick", "identify", "mogrify", "ffmpeg", "ffprobe", "gs", "pdftotext", "pdfinfo", "pdftoppm", "wkhtmltopdf",
        "exiftool", "sendmail",
        "mail", "msmtp", "logrotate", "rotatelogs", "cronolog", "nginx", "apachectl", "apache2ctl", "locale", "tput", "stty", "git",
        "gzip", "tar", "unzip",
    ];

    /// <summary>Whole command lines, as patterns, that a site's web applications are known to run.</summary>
    public ImmutableArray<string> WebCommandLines { get; init; } = [];

    /// <summary>Package managers, with the arguments that change what is installed; without any every call counts.</summary>
    public ImmutableArray<PackageManagerProgram> PackageManagers { get; init; } =
    [
        new("apt", "install upgrade full-upgrade dist-upgrade build-dep"), new("apt-get", "install upgrade dist-upgrade build-dep"),
        new("aptitude", "install upgrade full-upgrade"), new("dpkg", "-i --install --unpack"),
        new("yum", "install update upgrade localinstall groupinstall"),
        new("dnf", "install update upgrade localinstall"), new("microdnf", "install update upgrade"), new("zypper", "install in update up"),
        new("rpm", "-i -U -F --install --upgrade -ivh -Uvh -Fvh -ih -Uh"), new("apk", "add upgrade fix"), new("pacman", "-S -Sy -Syu -U"),
        new("pip", "install"), new("pip3", "install"), new("pipx", "install"), new("uv", "add"), new("conda", "install"),
        new("npm", "install i add ci"), new("npm-cli.js", "install i add ci"), new("yarn", "add"), new("pnpm", "add install i"),
        new("gem", "install"), new("cargo", "install"), new("go", "install get"),
    ];

    /// <summary>Entry points install what they lack in the first minute.</summary>
    public long PackageManagerGraceSeconds { get; init; } = 60;

    /// <summary>
    /// Tools for looking around, scanning and breaking out, with their ATT&amp;CK technique and a use of theirs that is common.
    /// </summary>
    public ImmutableArray<AttackTool> Tools { get; init; } =
    [
        new("nmap", "T1046"), new("masscan", "T1046"), new("zmap", "T1046"), new("rustscan", "T1046"), new("zgrab", "T1046"),
        new("zgrab2", "T1046"),
        new("nc", "T1046", "-z"), new("ncat", "T1046", "-z"), new("netcat", "T1046", "-z"), new("nc.traditional", "T1046", "-z"),
        new("nc.openbsd", "T1046", "-z"), new("socat", "T1046"), new("tcpdump", "T1040"), new("tshark", "T1040"),
        new("proxychains", "T1090"),
        new("proxychains4", "T1090"), new("chisel", "T1572"), new("frpc", "T1572"), new("ngrok", "T1572"), new("cdk", "T1613"),
        new("amicontained", "T1613"),
        new("deepce", "T1613"), new("deepce.sh", "T1613"), new("linpeas", "T1613"), new("linpeas.sh", "T1613"), new("botb", "T1613"),
        new("peirates", "T1613"),
        new("kubeletctl", "T1613"), new("kubectl", "T1609"), new("docker", "T1609"), new("crictl", "T1609"), new("ctr", "T1609"),
        new("nerdctl", "T1609"),
        new("pspy", "T1057"), new("pspy64", "T1057"), new("hydra", "T1110"), new("sqlmap", "T1190"), new("mimipenguin", "T1003"),
    ];

    /// <summary>Images that consist of such tools, for people who look for faults.</summary>
    public ImmutableArray<string> ToolboxImages { get; init; } =
    [
        "*netshoot*", "*toolbox*", "*network-multitool*", "*dnsutils*", "*debug-tools*", "*kubectl*", "docker:*", "*/docker:*", "*dind*",
        "*portainer*",
    ];

    /// <summary>A program that deletes itself does so at once; an upgrade replaces what has run for long.</summary>
    public long SelfDeleteSeconds { get; init; } = 60;

    /// <summary>Kernel threads have no file and never run in a container: a program that calls itself one hides.</summary>
    public ImmutableArray<string> KernelThreads { get; init; } =
    [
        "kworker", "kthreadd", "ksoftirqd", "kswapd0", "kdevtmpfs", "kauditd", "khungtaskd", "khugepaged", "kblockd", "kintegrityd",
        "ksmd", "kcompactd0",
        "rcu_sched", "rcu_gp", "rcu_preempt", "migration", "jbd2", "oom_reaper", "netns",
    ];

    /// <summary>Somebody else earns on this machine, and what let the miner in is still open.</summary>
    public Severity MinerSeverity { get; init; } = Severity.Critical;

    /// <summary>Somebody has a prompt in the container now.</summary>
    public Severity ReverseShellSeverity { get; init; } = Severity.Critical;

    /// <summary>Containers are built once; what runs and was not in the image was brought in.</summary>
    public Severity DropAndExecuteSeverity { get; init; } = Severity.High;

    /// <summary>Code from the network that nobody saw.</summary>
    public Severity ScriptPipeSeverity { get; init; } = Severity.High;

    /// <summary>Nothing ordinary runs without a file.</summary>
    public Severity FilelessSeverity { get; init; } = Severity.Critical;

    /// <summary>A server that starts shells answers to somebody else.</summary>
    public Severity WebShellSeverity { get; init; } = Severity.High;

    /// <summary>Against good practice more often than an attack.</summary>
    public Severity PackageManagerSeverity { get; init; } = Severity.Medium;

    /// <summary>People who look for faults use the same tools.</summary>
    public Severity ToolSeverity { get; init; } = Severity.Medium;

    /// <summary>Somebody hides.</summary>
    public Severity MasqueradeSeverity { get; init; } = Severity.High;

    /// <summary>Time without a repeat after which a behaviour counts as a new one, at most a day after the first.</summary>
    public long QuietSeconds { get; init; } = 600;
}

/// <summary>A list of digests of malware.</summary>
/// <param name="Path">File on the pipeline's machine.</param>
/// <param name="Source">What alarms call it.</param>
/// <param name="Severity">Of its hits where the feed says nothing.</param>
/// <param name="Format">What the file is.</param>
public sealed record FingerprintFeed(
    string Path, string Source, Severity Severity = Severity.Critical, FeedFormat Format = FeedFormat.Detect);

/// <summary>How a feed is written.</summary>
public enum FeedFormat
{
    /// <summary>By its first characters.</summary>
    Detect,

    /// <summary>One digest a line, as sha256sum(1) prints them; "#" begins a comment.</summary>
    List,

    /// <summary>Comma-separated, with a head line that names a column sha256.</summary>
    Csv,

    /// <summary>A STIX 2.1 bundle with indicators.</summary>
    Stix,

    /// <summary>MISP events with attributes.</summary>
    Misp,
}

/// <summary>A memory file that may run, see <see cref="MaliciousProgramPolicy.FilelessExceptions"/>.</summary>
/// <param name="Name">Name given to memfd_create(2); anybody may give any.</param>
/// <param name="ParentPath">Executable of the process that must have started it.</param>
public sealed record FilelessException(string Name, string ParentPath);

/// <summary>A package manager.</summary>
/// <param name="Verbs">Arguments, with a space between them, one of which must be there.</param>
public sealed record PackageManagerProgram(string Name, string Verbs = "");

/// <summary>A tool of attackers.</summary>
/// <param name="Technique">ATT&amp;CK technique it is used for.</param>
/// <param name="CommonUse">An argument of its everyday use ("nc -z" waits for a port), which does not alarm.</param>
public sealed record AttackTool(string Name, string Technique, string CommonUse = "");
