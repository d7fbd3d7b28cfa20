using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Testing;

/// <summary>
/// An image archive of Debian's static busybox, as engines import it: /bin/busybox and a few of its names, which sleeps unless told
/// otherwise.
/// </summary>
internal static class BusyboxImage
{
    public const string Name = "docker.io/pipeline-tests/busybox:1";

    private static readonly string[] Applets = ["sh", "true", "sleep", "cat", "mount", "id"];

    /// <summary>Writes the archive; it is the same for the same busybox.</summary>
    public static void Write(string path, string busybox)
    {
        byte[] layer = Layer(busybox);
        string digest = Convert.ToHexStringLower(SHA256.HashData(layer));
        string configuration = $$$"""
            {"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/busybox","sleep","100000"],"Env":["PATH=/bin"]},
            "rootfs":{"type":"layers","diff_ids":["sha256:{{{digest}}}"]},"history":[{"created_by":"tests"}]}
            """;
        using FileStream file = File.Create(path);
        using var archive = new TarWriter(file, TarEntryFormat.Pax);
        Add(archive, "config.json", Encoding.UTF8.GetBytes(configuration));
        Add(archive, "layer.tar", layer);
        string manifest = $$"""[{"Config":"config.json","RepoTags":["{{Name}}"],"Layers":["layer.tar"]}]""";
        Add(archive, "manifest.json", Encoding.UTF8.GetBytes(manifest));
    }

    private static byte[] Layer(string busybox)
    {
        using var bytes = new MemoryStream();
        using (var layer = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (string folder in new[] { "bin/", "proc/", "sys/", "dev/", "etc/", "tmp/" })
                layer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = Mode });
            Add(layer, "bin/busybox", File.ReadAllBytes(busybox));
            foreach (string applet in Applets)
                layer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });
        }

        return bytes.ToArray();
    }

    private static void Add(TarWriter archive, string name, byte[] content) =>
        archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = Mode, DataStream = new MemoryStream(content) });

    private static UnixFileMode Mode =>
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
}
