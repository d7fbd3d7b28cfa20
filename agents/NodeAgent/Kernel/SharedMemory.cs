
namespace Agents.NodeAgent.Kernel;

/// <summary>Memory that the programs and the agent share: a BPF map, mapped. Valid until disposed of.</summary>
internal sealed unsafe class SharedMemory : IDisposable
{
    private readonly nuint _length;
    private byte* _at;

    private SharedMemory(byte* at, nuint length)
    {
        _at = at;
        _length = length;
    }

    /// <exception cref="KernelUnavailableException">It cannot be mapped.</exception>
    public static SharedMemory Map(int map, nuint length, bool writable, nint offset = 0)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint rounded = (length + page - 1) / page * page;
        void* at = Libbpf.Map(null, rounded, Libbpf.ProtectRead | (writable ? Libbpf.ProtectWrite : 0), Libbpf.MapShared, map, offset);
        if (at == (void*)-1) throw new KernelUnavailableException($"a BPF map cannot be mapped into memory: {Libbpf.Reason()}");
        return new SharedMemory((byte*)at, rounded);
    }

    public byte* Pointer => _at != null ? _at : throw new ObjectDisposedException(nameof(SharedMemory));

    public Span<T> As<T>(int count)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((nuint)count * (nuint)sizeof(T), _length);
        return new Span<T>(Pointer, count);
    }

    public void Dispose()
    {
        if (_at == null) return;
        _ = Libbpf.Unmap(_at, _length);
        _at = null;
    }
}

/// <summary>This machine, or this process on it, cannot watch the kernel; the message says what is missing.</summary>
internal sealed class KernelUnavailableException(string message) : Exception(message);
