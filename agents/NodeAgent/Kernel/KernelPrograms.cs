using System.Runtime.InteropServices;
using System.Text;
using Agents.NodeAgent.Kernel.Events;
using Agents.NodeAgent.Kernel.Ring;
using Agents.NodeAgent.Kernel.Rules;
using Agents.NodeAgent.Sequencing;
using Microsoft.Win32.SafeHandles;

namespace Agents.NodeAgent.Kernel;

/// <summary>The eBPF programs of bpf/, loaded and attached. They are gone when this is disposed of, or when the process ends in
/// whatever way.</summary>
internal sealed unsafe class KernelPrograms : IDisposable
{
    private const int Processors = 512;
    private const string Resource = "node_events.bpf.o";

    /// <summary>struct space of bpf/containers.h.</summary>
    private const int SpaceBytes = 80;

    /// <summary>In the order of attaching: whoever learns of processes first.</summary>
    private static readonly string[] Programs = ["on_fork", "on_rename", "on_exec", "on_exit", "on_sys_exit"];

    /// <summary>Where the kernel's own requests of io_uring are not offered under this name, they are not seen.</summary>
    private const string Optional = "on_io_uring";

    private readonly nint _object;
    private readonly List<nint> _links = [];
    private bool _withOptional;
    private readonly List<SharedMemory> _memory = [];
    private SharedMemory? _counters;
    private SharedMemory? _open;
    private SharedMemory? _spacesKnown;
    private int _spaces;

    private KernelPrograms(nint loaded) => _object = loaded;

    /// <summary>What could not be attached, in words; empty when all is.</summary>
    public string Missing { get; private set; } = "";

    public RingReader Ring { get; private set; } = null!;

    public IContainerNames Names { get; private set; } = null!;

    /// <summary>Records made since the start, and those of them that found the ring full.</summary>
    public (long Seen, long Lost) Counters
    {
        get
        {
            long seen = 0, lost = 0;
            foreach (ref Counter counter in _counters!.As<Counter>(Processors))
            {
                // Lost first: what is counted as lost was counted as seen before.
                lost += Volatile.Read(ref counter.Lost);
                seen += Volatile.Read(ref counter.Seen);
            }

            return (seen, lost);
        }
    }

    /// <summary>True while calls have been counted that no record reports yet.</summary>
    public bool HasOpenBursts => Volatile.Read(ref _open!.As<long>(1)[0]) > 0;

    /// <exception cref="KernelUnavailableException">This kernel, or our rights, do not allow it; the message says what is
    /// missing.</exception>
    public static KernelPrograms Attach(KernelOptions options, uint hostMountNs)
    {
        KernelRequirements.Check();
        byte[] content = ReadObject();
        try
        {
            Libbpf.SetPrint(&KernelMessages.Keep);
            KernelPrograms programs = TryLoad(content, options, withOptional: true) ?? TryLoad(content, options, withOptional: false)
                ?? throw new KernelUnavailableException($"the kernel refuses the eBPF programs: {KernelMessages.Newest}");
            try
            {
                programs.Configure(options, hostMountNs);
                programs.AttachAll();
                // The kernel's type information, read for the load and freed: give it back.
                _ = Libbpf.TrimHeap(0);
                return programs;
            }
            catch (KernelUnavailableException)
            {
                programs.Dispose();
                throw;
            }
        }
        catch (DllNotFoundException)
        {
            throw new KernelUnavailableException($"{Libbpf.Library} is not installed (Debian: apt-get install libbpf1)");
        }
    }

    /// <summary>
    /// Cgroups /NAME/... are containers from now on, by any name. What there was of them before is looked at again, and taken to have
    /// begun.
    /// </summary>
    public void Add(IEnumerable<string> spaces)
    {
        byte* key = stackalloc byte[SpaceBytes];
        foreach (string space in spaces)
        {
            var name = new Span<byte>(key, SpaceBytes);
            name.Clear();
            if (!Encoding.ASCII.TryGetBytes(space, name[..^1], out _)) continue;
            long now = LinuxCalls.BootTimeNs();
            // A map that is full leaves the containers of that namespace to the host.
            _ = Libbpf.Update(_spaces, key, &now, 0);
        }

        Volatile.Write(ref _spacesKnown!.As<uint>(1)[0], _spacesKnown.As<uint>(1)[0] + 1);
        RunIterator("on_existing");
    }

    /// <summary>Makes the programs report what bursts that have stopped still hold.</summary>
    public void Sweep() => RunIterator("on_sweep");

    public void Dispose()
    {
        Ring?.Dispose();
        foreach (nint link in _links) _ = Libbpf.DestroyLink(link);
        foreach (SharedMemory memory in _memory) memory.Dispose();
        Libbpf.CloseObject(_object);
    }

    private static byte[] ReadObject()
    {
        using Stream? resource = typeof(KernelPrograms).Assembly.GetManifestResourceStream(Resource);
        if (resource is null)
            throw new KernelUnavailableException("this agent was built without clang and libbpf-dev, so without its eBPF programs");
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        return content;
    }

    private static KernelPrograms? TryLoad(byte[] content, KernelOptions options, bool withOptional)
    {
        fixed (byte* at = content)
        {
            nint opened = Libbpf.OpenObject(at, (nuint)content.Length, null);
            if (opened == 0) throw new KernelUnavailableException($"the eBPF object cannot be opened: {Libbpf.Reason()}");
            _ = Libbpf.SetMaxEntries(Libbpf.FindMap(opened, "ring"), (uint)options.RingBytes);
            if (!withOptional) _ = Libbpf.SetAutoload(Libbpf.FindProgram(opened, Optional), false);
            if (Libbpf.LoadObject(opened) == 0) return new KernelPrograms(opened) { _withOptional = withOptional };
            Libbpf.CloseObject(opened);
            return null;
        }
    }

    private void Configure(KernelOptions options, uint hostMountNs)
    {
        _counters = Shared(".data.counters", sizeof(Counter) * Processors);
        _open = Shared(".data.bursts", sizeof(long));
        _spacesKnown = Shared(".data.spaces", sizeof(uint));
        _spaces = MapOf("spaces");
        Span<CallRule> rules = Shared(".data.rules", sizeof(CallRule) * CallTable.Calls).As<CallRule>(CallTable.Calls);
        Span<ushort> compat = Shared(".data.compat", sizeof(ushort) * CallTable.Calls).As<ushort>(CallTable.Calls);
        CallTable.Fill(CallTable.Select(options.Calls), rules, compat);
        Shared(".data.settings", sizeof(Settings)).As<Settings>(1)[0] = new Settings
        {
            AttachedAt = LinuxCalls.BootTimeNs(),
            BurstNs = (long)options.BurstWindow.TotalNanoseconds,
            WriteBurstNs = (long)options.WriteWindow.TotalNanoseconds,
            HostMountNs = hostMountNs,
            ReportForks = options.Forks ? 1u : 0u,
        };
        Ring = new RingReader(MapOf("ring"), options.RingBytes);
        Names = new ContainerNames(MapOf("containers"), MapOf("cgroups"));
    }

    private void AttachAll()
    {
        foreach (string name in Programs)
        {
            if (!TryAttach(name)) throw new KernelUnavailableException($"the kernel does not let {name} be attached: {Libbpf.Reason()}");
        }

        if (!_withOptional || !TryAttach(Optional)) Missing = "requests through io_uring are not seen";
        RunIterator("on_existing");
    }

    private bool TryAttach(string name)
    {
        nint link = Libbpf.Attach(Libbpf.FindProgram(_object, name));
        if (link != 0) _links.Add(link);
        return link != 0;
    }

    private void RunIterator(string name)
    {
        nint link = Libbpf.AttachIterator(Libbpf.FindProgram(_object, name), null);
        if (link == 0) throw new KernelUnavailableException($"the kernel does not let {name} be attached: {Libbpf.Reason()}");
        try
        {
            using SafeFileHandle iterator = Libbpf.Owned(Libbpf.CreateIterator(Libbpf.LinkDescriptor(link)));
            if (iterator.IsInvalid) throw new KernelUnavailableException($"{name} cannot be run: {Libbpf.Reason()}");
            // It writes nothing; reading to the end is what runs it.
            byte* nothing = stackalloc byte[64];
            while (Libbpf.Read(iterator, nothing, 64) > 0)
            {
            }
        }
        finally
        {
            _ = Libbpf.DestroyLink(link);
        }
    }

    private int MapOf(string name)
    {
        int map = Libbpf.FindMapDescriptor(_object, name);
        return map >= 0 ? map : throw new KernelUnavailableException($"the eBPF object has no map {name}");
    }

    private SharedMemory Shared(string map, int length)
    {
        SharedMemory memory = SharedMemory.Map(MapOf(map), (nuint)length, writable: true);
        _memory.Add(memory);
        return memory;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Counter
    {
        public long Seen, Lost;
    }

    /// <summary>struct settings of bpf/state.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Settings
    {
        public long AttachedAt, BurstNs, WriteBurstNs;
        public uint HostMountNs, ReportForks;
    }
}
