using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Inventory;

/// <summary>
/// The container runtimes' own programs on this machine, by device and inode: a name could be taken by anybody. Safe from any thread.
/// </summary>
internal sealed class RuntimePrograms
{
    private static readonly string[] Names = ["runc", "crun", "youki", "runsc", "kata-runtime"];
    private static readonly string[] Directories = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/libexec/crio"];

    private readonly HashSet<(ulong, ulong)> _files = [];

    public RuntimePrograms()
    {
        foreach (string directory in Directories)
        {
            foreach (string name in Names)
            {
                if (LinuxFiles.Facts($"{directory}/{name}") is { } facts) _files.Add((facts.Device, facts.Inode));
            }
        }
    }

    /// <summary>
    /// The process's task with what its executable says of it: the runtime's own, or a container's workload that has begun.
    /// </summary>
    /// <param name="parentOutside">Its parent is not in the container.</param>
    public TaskRecord Mark(ExistingProcess process, bool parentOutside)
    {
        TaskRecord task = process.Task;
        // Before the first exec runc runs as a sealed copy of itself in memory; only what the host started can be that.
        bool sealedCopy = process.Executable.Layer == FileLayer.Memory && process.ExePath.AsSpan().StartsWith("/memfd:runc_cloned:"u8);
        bool runtime = _files.Contains((process.Executable.Device, process.Executable.Inode)) || (parentOutside && sealedCopy);
        if (runtime) task.Flags |= TaskFlags.Runtime;
        else if (process.ContainerId.Length > 0) task.Flags |= TaskFlags.Started;
        return task;
    }
}
