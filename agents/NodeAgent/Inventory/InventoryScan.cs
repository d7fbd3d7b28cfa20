using Agents.NodeAgent.Redaction;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Inventory;

/// <summary>
/// One look at what runs: the processes of containers with their ancestors on the host, and the mount tables of the host and of those
/// containers. What ends meanwhile is left out. Not thread-safe.
/// </summary>
internal sealed class InventoryScan(
    InventoryOptions options, RuntimePrograms runtimes, ArgumentRedactor redactor, NamedCgroups? named = null)
{
    private const int MostTableBytes = 32 * 1024 * 1024;

    /// <summary>The kernel takes no deeper nesting of pid namespaces than 32; a chain of parents longer than this is a loop.</summary>
    private const int LongestAncestry = 4096;

    private readonly Dictionary<int, ProcessGlance> _all = [];
    private readonly Dictionary<uint, List<MountRow>> _tables = [];
    private readonly HashSet<int> _wanted = [];

    /// <summary>The processes, parents first.</summary>
    public List<ExistingProcess> Processes { get; } = [];

    public IEnumerable<ExistingMount> Mounts => _tables.SelectMany(table => table.Value.Select(row => new ExistingMount(table.Key, row)));

    /// <summary>Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when /proc cannot be read at all.</summary>
    public void Run(CancellationToken cancellation)
    {
        var reader = new ProcessReader(options, new CgroupDirectories(Table("self")), named, redactor);
        foreach (int tgid in reader.Processes())
        {
            if (reader.Glance(tgid) is { } glance) _all[tgid] = glance;
        }

        uint hostPids = HostNamespace("pid");
        TakeHostMounts();
        // It shows which namespaces are the host's, be there containers or not.
        if (_all.ContainsKey(1)) _wanted.Add(1);
        foreach (ProcessGlance glance in _all.Values)
        {
            // A process that moved out of its container's cgroup is still in a pid namespace of its own.
            if (glance.Place.Container is not null
                || (reader.Namespace(glance.Tgid, "pid") is not 0 and var pids && pids != hostPids && hostPids != 0))
                Want(glance);
        }

        var sessions = new ExecSessions(_all);
        foreach (ProcessGlance glance in _wanted.Select(tgid => _all[tgid]).OrderBy(one => (one.Stat.StartTicks, one.Tgid)))
        {
            cancellation.ThrowIfCancellationRequested();
            Take(reader, glance, sessions, hostPids);
        }
    }

    /// <summary>Wants the process and its ancestors, up to the first process of the machine.</summary>
    private void Want(ProcessGlance glance)
    {
        for (int i = 0; i < LongestAncestry && _wanted.Add(glance.Tgid); i++)
        {
            if (glance.Stat.ParentTgid <= 1 || !_all.TryGetValue(glance.Stat.ParentTgid, out ProcessGlance? parent)) return;
            glance = parent;
        }
    }

    private void Take(ProcessReader reader, ProcessGlance glance, ExecSessions sessions, uint hostPids)
    {
        uint mountNs = reader.Namespace(glance.Tgid, "mnt");
        List<MountRow> mounts = _tables.TryGetValue(mountNs, out List<MountRow>? known) ? known : Table($"{glance.Tgid}");
        long parentStart = _all.TryGetValue(glance.Stat.ParentTgid, out ProcessGlance? parent) ? parent.StartNs : 0;
        TaskFlags flags = sessions.Holds(glance, reader.Namespace(glance.Tgid, "pid") != hostPids) ? TaskFlags.ExecSession : TaskFlags.None;
        if (reader.Read(glance, parentStart, flags, mounts) is not { } process) return;
        if (mountNs != 0 && mounts.Count > 0 && glance.Place.Container is not null) _tables.TryAdd(mountNs, mounts);
        bool parentOutside = parent is null || parent.Place.Container is null;
        Processes.Add(process with { Task = runtimes.Mark(process, parentOutside) });
    }

    private void TakeHostMounts()
    {
        List<MountRow> table = Table("1");
        uint mountNs = HostNamespace("mnt");
        if (table.Count > 0 && mountNs != 0) _tables[mountNs] = table;
    }

    /// <summary>
    /// The number of the host's namespace. Where the links of process 1 cannot be read, the agent's own: it runs on the host then or sees
    /// no other process at all.
    /// </summary>
    private uint HostNamespace(string kind)
    {
        uint first = LinuxFiles.NamespaceOf($"{options.Proc}/1/ns/{kind}");
        return first != 0 ? first : LinuxFiles.NamespaceOf($"{options.Proc}/self/ns/{kind}");
    }

    private List<MountRow> Table(string process)
    {
        byte[]? content = LinuxFiles.Read($"{options.Proc}/{process}/mountinfo", MostTableBytes);
        return content is null ? [] : MountRow.ParseTable(content, options.MostMounts);
    }
}
