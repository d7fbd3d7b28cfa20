using System.Collections.Immutable;

namespace Pipeline.Detection.MaliciousProgram;

/// <summary>
/// What an alarm of one rule is called and says. The texts are for somebody who is woken by it and does not know the container.
/// </summary>
/// <param name="Advice">What to do after <see cref="FirstThings"/>.</param>
internal sealed record ProgramRule(string Id, string ClassId, ImmutableArray<string> Attack, string Advice)
{
    /// <summary>What to do first, whatever was found.</summary>
    public const string FirstThings =
        "Look at the command line and the ancestors: they say how it came to run. If nobody expects it, isolate the container from the "
        + "network "
        + "(do not delete it: its memory and files are the evidence), keep a copy of the program, and look for other alarms of the same "
        + "container and node. ";

    public static ProgramRule Fingerprint { get; } = new("MP-00", "malware_1001", ["T1204.003"],
        "The file is known malware by its digest. Find out how it got in (image, volume, download), search the other containers for the "
        + "digest, "
        + "and renew every secret that the container could read.");

    public static ProgramRule Miner { get; } = new("MP-01", "network_1001", ["T1496.001"],
        "Somebody computes coins at your expense. Stop the container, block the pool's address, and close the way in: an open API, a "
        + "weak password, "
        + "an old image. Miners rarely come alone: look for added users, cron jobs and keys.");

    public static ProgramRule ReverseShell { get; } = new("MP-02", "malware_0002", ["T1059.004"],
        "Somebody outside has a prompt in the container now. Cut the connection to the named address first, then find the program that "
        + "opened it: "
        + "it is the way in. Everything that the container can read or reach is to be taken as known.");

    public static ProgramRule DropAndExecute { get; } = new("MP-03", "malware_1001", ["T1105", "T1036.005"],
        "The program is not part of the image: it was written while the container ran. If the application updates itself, list its path "
        + "in the policy; "
        + "else treat it as malware and compare the container's file system with its image.");

    public static ProgramRule ScriptPipe { get; } = new("MP-04", "malware_1001", ["T1059.004", "T1105"],
        "A script was fetched and run at once, without a file to look at. Fetch it yourself from the address to see what it did. "
        + "Installers belong into the image's build.");

    public static ProgramRule Fileless { get; } = new("MP-05", "fileless_0005", ["T1620"],
        "The program ran out of memory so that no file can be found. Take a memory image before you stop the container: nothing remains "
        + "afterwards.");

    public static ProgramRule WebShell { get; } = new("MP-06", "malware_1001", ["T1505.003"],
        "A web server started a shell: somebody may be running commands through the application. Look at the server's access log at "
        + "that second, "
        + "and for files in the document root that are not in the image. If the application does this by design, list the command line "
        + "in the policy.");

    public static ProgramRule PackageManager { get; } = new("MP-07", "malware_1001", ["T1072", "T1105"],
        "Software was installed into a running container. If a person did it to look for a fault, throw the container away afterwards; "
        + "else find out what was installed and for what.");

    public static ProgramRule Tool { get; } = new("MP-08", "malware_1001", [],
        "A tool for scanning, tunnelling or breaking out ran where an application should. Find out who started it (a person's session "
        + "shows as via-exec), "
        + "and what it was told to reach.");

    public static ProgramRule Masquerade { get; } = new("MP-09", "malware_1001", ["T1036"],
        "The program hides what it is. While it runs its file can still be read as /proc/PID/exe on the node: copy it from there before "
        + "you stop it.");
}
