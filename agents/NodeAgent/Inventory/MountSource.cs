using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Inventory;

/// <summary>
/// Announces the table of a mount namespace when a process is seen in it for the first time and when a call has changed it, so that paths
/// in a
/// container can be told from paths of the host from its first moments on. Reads /proc away from the thread that sees the kernel's records.
/// </summary>
internal sealed class MountSource(InventoryOptions options) : IEventSource
{
    private const string Name = "mounts";
    private const int MostTableBytes = 32 * 1024 * 1024;

    /// <summary>Namespaces that wait to be read; a change that finds no room is told by the next inventory.</summary>
    private const int MostWaiting = 1024;

    /// <summary>Namespaces whose table has been announced; beyond it all are forgotten and announced again.</summary>
    private const int MostKnown = 16_384;

    /// <summary>Namespaces in the queue: one reading tells of all changes so far.</summary>
    private readonly ConcurrentDictionary<uint, bool> _waiting = new();

    private readonly Channel<(int Tgid, uint MountNs)> _queue = Channel.CreateBounded<(int, uint)>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Only the thread that calls <see cref="Seen"/> touches it.</summary>
    private readonly HashSet<(uint MountNs, ulong Container)> _known = [];
    private long _announced;
    private long _refused;

    public SourceState State => new(
        Name,
        SourceStates.Connected,
        string.Create(CultureInfo.InvariantCulture,
            $"{Interlocked.Read(ref _announced)} tables announced, {Interlocked.Read(ref _refused)} found no room"));

    /// <summary>
    /// A process of that container runs in that namespace. The kernel gives the numbers of namespaces out again, those of cgroups never.
    /// One
    /// thread; never waits.
    /// </summary>
    public void Seen(int tgid, uint mountNs, ulong container)
    {
        if (_known.Count >= MostKnown) _known.Clear();
        if (mountNs != 0 && _known.Add((mountNs, container))) Changed(tgid, mountNs);
    }

    /// <summary>The table of that namespace may be another than before. Never waits.</summary>
    public void Changed(int tgid, uint mountNs)
    {
        if (!_waiting.TryAdd(mountNs, true) || _queue.Writer.TryWrite((tgid, mountNs))) return;
        _waiting.TryRemove(mountNs, out _);
        Interlocked.Increment(ref _refused);
    }

    public async Task RunAsync(IEventSink sink, CancellationToken cancellation)
    {
        await foreach ((int tgid, uint mountNs) in _queue.Reader.ReadAllAsync(cancellation))
        {
            _waiting.TryRemove(mountNs, out _);

            // The process may have gone, or gone elsewhere: then it says nothing of this namespace.
            if (LinuxFiles.NamespaceOf($"{options.Proc}/{tgid}/ns/mnt") != mountNs) continue;
            if (LinuxFiles.Read($"{options.Proc}/{tgid}/mountinfo", MostTableBytes) is not { } content) continue;
            // It may also have gone elsewhere while its table was read.
            if (LinuxFiles.NamespaceOf($"{options.Proc}/{tgid}/ns/mnt") != mountNs) continue;
            foreach (MountRow row in MountRow.ParseTable(content, options.MostMounts))
                await sink.TakeWhenRoomAsync(new ExistingMount(mountNs, row), cancellation);
            Interlocked.Increment(ref _announced);
        }
    }
}
