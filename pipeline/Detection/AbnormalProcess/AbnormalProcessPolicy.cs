using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Detection.AbnormalProcess;

/// <summary>
/// Which programs may run where. Without a whitelist for a container nothing is said of it. Patterns know "*" (any characters) and "?"
/// (one). Times are event time.
/// </summary>
public sealed record AbnormalProcessPolicy
{
    public static AbnormalProcessPolicy Default { get; } = new();

    /// <summary>None: only who knows an application can say what belongs to it.</summary>
    public ImmutableArray<ProcessWhitelist> Whitelists { get; init; } = [];

    /// <summary>Not known to belong there, not known to be bad.</summary>
    public Severity Severity { get; init; } = Severity.Medium;

    /// <summary>
    /// A shell or interpreter, a program that was not in the image, root in an image made for another user, or what is denied.
    /// </summary>
    public Severity GraveSeverity { get; init; } = Severity.High;

    /// <summary>Programs that run whatever they are given.</summary>
    public ImmutableArray<string> ShellsAndInterpreters { get; init; } =
        ["sh", "bash", "dash", "ash", "zsh", "ksh", "python*", "perl*", "ruby*", "php*", "node", "lua*", "busybox"];

    /// <summary>Programs that command other containers.</summary>
    public ImmutableArray<string> ContainerClients { get; init; } = ["docker", "kubectl", "crictl", "ctr", "nerdctl", "podman"];

    /// <summary>
    /// Programs that do many things by the name they are called with: an entry for one of them has to say which applets it means.
    /// </summary>
    public ImmutableArray<string> MultiCallPrograms { get; init; } = ["busybox", "toybox", "coreutils"];

    /// <summary>Off: a session (docker exec, kubectl exec) is as good a way in as any other. On lowers what runs in one to Low.</summary>
    public bool LowerExecSessions { get; init; }

    /// <summary>
    /// How long programs of a container that nobody has described yet wait for its image to be known; engines need less than a second, and
    /// after it only a whitelist for everything counts.
    /// </summary>
    public long UnknownContainerSeconds { get; init; } = 5;

    /// <summary>Time without a repeat after which a behaviour counts as a new one, at most a day after the first.</summary>
    public long QuietSeconds { get; init; } = 600;
}

/// <summary>The programs that may run in some containers.</summary>
public sealed record ProcessWhitelist
{
    /// <summary>Names it in alarms and in what is learned for it; unique.</summary>
    public required string Id { get; init; }

    /// <summary>Goes into alarms, so that they say which state of the list they were raised by.</summary>
    public int Version { get; init; } = 1;

    /// <summary>
    /// What <see cref="ScopeValue"/> is matched with; the most specific scope that matches a container is the only one that counts.
    /// </summary>
    public WhitelistScope Scope { get; init; } = WhitelistScope.Everything;

    /// <summary>
    /// A digest ("sha256:..."), an image ("nginx:1.27"), the beginning of an image ("registry.example/shop/"), a workload
    /// ("shop/Deployment/cart"), or a namespace.
    /// </summary>
    public string ScopeValue { get; init; } = "";

    /// <summary>What may run and what may not; a denial beats every permission.</summary>
    public ImmutableArray<ProcessEntry> Entries { get; init; } = [];

    /// <summary>Off: what an interpreter runs is not looked at, since most applications are scripts with names of their own.</summary>
    public bool CheckScripts { get; init; }

    /// <summary>How what runs of the image itself is learned; off: only the entries count.</summary>
    public WhitelistLearning Learning { get; init; } = new();
}

/// <summary>What a whitelist applies to, least specific first.</summary>
public enum WhitelistScope
{
    /// <summary>Every container.</summary>
    Everything,

    /// <summary>A Kubernetes namespace.</summary>
    Namespace,

    /// <summary>A workload as "namespace/kind/name".</summary>
    Workload,

    /// <summary>Images whose reference begins so.</summary>
    ImagePrefix,

    /// <summary>Exactly this image reference.</summary>
    Image,

    /// <summary>Exactly this content.</summary>
    Digest,
}

/// <summary>
/// A program that may run, or may not. Every condition that is given has to hold; an entry without any matches nothing.
/// </summary>
public sealed record ProcessEntry
{
    /// <summary>
    /// Executable as the kernel resolved it in the container's root, exact or as a pattern: no symbolic link and no name of its own.
    /// </summary>
    public string Path { get; init; } = "";

    /// <summary>Digest of the executable, 64 hex digits. With a path: the path is allowed with this content only.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>
    /// Pattern of the name that a program of <see cref="AbnormalProcessPolicy.MultiCallPrograms"/> is called with ("*" for all).
    /// </summary>
    public string Applet { get; init; } = "";

    /// <summary>Pattern of the script, for lists that check scripts.</summary>
    public string Script { get; init; } = "";

    /// <summary>Regular expression that the whole command line has to match, without look-around and back references.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>Pattern of the parent's executable.</summary>
    public string Parent { get; init; } = "";

    /// <summary>User id that it has to run as; -1 for any.</summary>
    public int User { get; init; } = -1;

    /// <summary>
    /// Off: the entry means the file of the image, and a file of that name that was changed, mounted or copied there later is another one.
    /// </summary>
    public bool AnyLayer { get; init; }

    /// <summary>Allow or deny.</summary>
    public EntryEffect Effect { get; init; } = EntryEffect.Allow;

    /// <summary>From when on it no longer counts; none: always.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Where it comes from, for whoever reviews the list.</summary>
    public EntrySource Source { get; init; } = EntrySource.Manual;
}

/// <summary>What an entry says.</summary>
public enum EntryEffect
{
    Allow,
    Deny,
}

/// <summary>Where an entry comes from.</summary>
public enum EntrySource
{
    Manual,

    /// <summary>Learned, reviewed and taken over.</summary>
    Learned,

    /// <summary>An alarm was handled by allowing what it was about.</summary>
    HandledAlarm,
}

/// <summary>How a whitelist learns, for each image digest by itself.</summary>
public sealed record WhitelistLearning
{
    /// <summary>Off: learning takes what runs meanwhile for right.</summary>
    public bool Enabled { get; init; }

    /// <summary>From the first program of an image on; a week has a weekly job in it. At least an hour.</summary>
    public long DurationSeconds { get; init; } = 7 * 24 * 3600;

    /// <summary>
    /// Off: what was learned waits for somebody to look at it, and nothing alarms until <see cref="Confirmed"/>. On: it counts at once.
    /// </summary>
    public bool ConfirmAutomatically { get; init; }

    /// <summary>Somebody has looked at what was learned in this <see cref="Generation"/>.</summary>
    public bool Confirmed { get; init; }

    /// <summary>Raising it makes the list learn anew.</summary>
    public int Generation { get; init; } = 1;
}
