using System.Globalization;
using System.Text;
using Pipeline.Domain.Events;

namespace Pipeline.Replay.Timelines;

/// <summary>An event in a line. What comes from outside is in it as it came: whoever shows it makes it safe.</summary>
internal static class EventText
{
    private const int Inet = 2, Inet6 = 10, Unix = 1;

    public static string Of(EventBatch batch, in EventRecord e, NodeArchitecture architecture) => e.Kind switch
    {
        EventKind.Process => Process(batch, batch.Processes[e.Index]),
        EventKind.File => File(batch, batch.Files[e.Index]),
        EventKind.Syscall => Syscall(batch, batch.Syscalls[e.Index], architecture),
        EventKind.Container => Container(batch.Containers[e.Index]),
        EventKind.Mount => Mount(batch, batch.Mounts[e.Index]),
        _ => Word(e.Kind),
    };

    public static string Word<T>(T word) where T : struct, Enum => word.ToString().ToLowerInvariant();

    /// <summary>The address that a call names; empty for none.</summary>
    public static string Address(ReadOnlySpan<byte> address)
    {
        int family = address.Length >= 2 ? BitConverter.ToUInt16(address) : 0;
        if (family == Inet && address.Length >= 8) return $"{new System.Net.IPAddress(address.Slice(4, 4))}:{Port(address)}";
        if (family == Inet6 && address.Length >= 24) return $"[{new System.Net.IPAddress(address.Slice(8, 16))}]:{Port(address)}";
        if (family != Unix || address.Length <= 2) return "";
        string path = Encoding.UTF8.GetString(address[2..]).TrimEnd('\0');
        return "unix:" + (path.StartsWith('\0') ? "@" + path[1..] : path);
    }

    private static int Port(ReadOnlySpan<byte> address) => address[2] << 8 | address[3];

    private static string Process(EventBatch batch, in ProcessRecord process)
    {
        string arguments = string.Join(' ', Arguments(batch, process));
        return process.Action switch
        {
            ProcessAction.Executed or ProcessAction.Existing =>
                $"{Word(process.Action)} {batch.String(process.FileName)} {arguments}".TrimEnd(),
            ProcessAction.Exited => string.Create(CultureInfo.InvariantCulture, $"exited {process.ExitCode} {process.ExitSignal}"),
            _ => Word(process.Action),
        };
    }

    public static string[] Arguments(EventBatch batch, in ProcessRecord process) =>
        process.Arguments.IsEmpty ? [] : batch.String(process.Arguments).TrimEnd('\0').Split('\0');

    private static string File(EventBatch batch, in FileRecord file)
    {
        string other = file.OtherPath.IsEmpty ? "" : " " + batch.String(file.OtherPath);
        return $"{Word(file.Operation)} {batch.String(file.Path)}{other}{Result(file.Result)}{Times(file.Count)}";
    }

    private static string Syscall(EventBatch batch, in SyscallRecord call, NodeArchitecture architecture)
    {
        string path = batch.String(call.Path), address = Address(batch.Utf8(call.Data));
        string target = call.TargetTgid > 0 ? string.Create(CultureInfo.InvariantCulture, $" to pid {call.TargetTgid}") : "";
        return $"{SyscallNames.Of(call.Number, architecture)} {path}{address}{target}{Result(call.Result)}{Times(call.Count)}";
    }

    private static string Container(ContainerRecord container) =>
        $"{Word(container.Action)} {container.Spec?.Image} {string.Join(' ', container.ExecCommand)}".TrimEnd();

    private static string Mount(EventBatch batch, in MountRecord mount) =>
        $"{Word(mount.Action)} {batch.String(mount.FileSystem)} {batch.String(mount.Source)} at {batch.String(mount.MountPoint)}";

    private static string Result(long result) => result < 0 ? string.Create(CultureInfo.InvariantCulture, $" failed with {-result}") : "";

    private static string Times(long count) => count > 1 ? string.Create(CultureInfo.InvariantCulture, $", {count} times") : "";
}
