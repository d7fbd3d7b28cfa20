using Testing;

namespace Attacks;

/// <summary>
/// As much of a Debian system as sudo and dpkg need, copied from this machine's own, and a package to install: no network is needed, and
/// what runs is what Debian ships.
/// </summary>
internal static class DebianRoot
{
    /// <summary>A package in the image that holds a program and runs a script when it is installed.</summary>
    public const string Package = "/packages/tiny.deb";

    private const string Libraries = "/usr/lib/x86_64-linux-gnu";

    /// <summary>By its whole path: PAM looks below /lib, which is a link to /usr/lib on Debian and not in the image.</summary>
    private const string Permit = $"{Libraries}/security/pam_permit.so";

    private const string Plugins = "/usr/libexec/sudo";

    /// <summary>dpkg wants all of these to be there, whatever it installs.</summary>
    private static readonly string[] Programs =
    [
        "/usr/bin/sudo", "/usr/bin/dpkg", "/usr/bin/dpkg-deb", "/usr/bin/dpkg-split", "/usr/bin/tar", "/usr/bin/rm", "/usr/bin/diff", "/usr/sbin/ldconfig",
        "/usr/sbin/start-stop-daemon",
    ];

    private static readonly (string Path, string Content)[] Files =
    [
        ("etc/group", "root:x:0:\napp:x:1000:\n"),
        ("etc/passwd", "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n"),
        ("etc/shadow", "root:*:1::::::\napp:*:1::::::\n"),
        ("etc/sudoers", "root ALL=(ALL) ALL\napp ALL=(ALL) NOPASSWD: ALL\n"),
        ("etc/pam.d/sudo", $"auth required {Permit}\naccount required {Permit}\nsession required {Permit}\n"),
        ("var/lib/dpkg/status", ""),
        ("var/lib/dpkg/info/format", "1\n"),
        ("var/lib/dpkg/updates/.keep", ""),
        ("var/lib/dpkg/triggers/File", ""),
    ];

    private static readonly (string Path, string Content)[] Contents =
    [
        ("DEBIAN/control", "Package: tiny\nVersion: 1\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: nothing\n"),
        ("DEBIAN/postinst", "#!/bin/sh\nset -e\n: > /var/lib/tiny\n"),
        ("usr/bin/tiny", "#!/bin/sh\n"),
        ("usr/share/tiny/text", "nothing\n"),
    ];

    /// <summary>Why it cannot be made here; null when it can.</summary>
    public static string? Missing => Programs.FirstOrDefault(program => !File.Exists(program)) is { } absent
        ? $"no {absent} (Debian: apt-get install sudo)"
        : null;

    /// <summary>Writes the tree, and beside it the Dockerfile that puts it over the image of the attacks.</summary>
    public static async Task WriteAsync(string directory)
    {
        string root = Path.Combine(directory, "root");
        string[] loaded = [.. Directory.GetFiles(Plugins, "*.so"), Permit];
        HashSet<string> files = [.. Programs, .. loaded];
        foreach (string file in files.ToArray()) files.UnionWith(await LibrariesOfAsync(file));
        foreach (string file in files) Copy(file, root + file);
        foreach ((string path, string content) in Files) Write(root, path, content);
        string package = Path.Combine(directory, "tiny");
        foreach ((string path, string content) in Contents) Write(package, path, content);
        foreach (string script in new[] { "DEBIAN/postinst", "usr/bin/tiny" })
            File.SetUnixFileMode(Path.Combine(package, script), (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(Path.Combine(root, "packages"));
        await RunAsync("/usr/bin/dpkg-deb", "--root-owner-group", "--build", package, root + Package);
        File.WriteAllText(Path.Combine(directory, "Dockerfile"),
            $"""
            FROM {WatchedEngine.Image}
            COPY root /
            RUN ["/bin/busybox", "sh", "-c", "chmod 4755 /usr/bin/sudo && chmod 440 /etc/sudoers && chmod 600 /etc/shadow"]

            """);
    }

    /// <summary>What the loader finds for it.</summary>
    private static async Task<IEnumerable<string>> LibrariesOfAsync(string file) => (await RunAsync("/usr/bin/ldd", file))
        .Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries)
        .Where(word => word.StartsWith('/'));

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using OwnProcess process = OwnProcess.Start(program, program, arguments);
        await process.ExitAsync();
        return process.Output;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        // Opened, so that links are followed.
        using FileStream source = File.OpenRead(from);
        using (FileStream copy = File.Create(to)) source.CopyTo(copy);
        File.SetUnixFileMode(to, File.GetUnixFileMode(source.SafeFileHandle));
    }

    private static void Write(string root, string path, string content)
    {
        string full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }
}
