namespace Agents.Importers.Scap;

/// <summary>What a descriptor refers to, as <c>ProcessRecord.StandardStreams</c> counts it.</summary>
internal enum DescriptorKind : byte
{
    None = 0,
    File = 1,
    Pipe = 2,
    Socket = 3,
    Terminal = 4,
}

/// <summary>The open descriptors of a process, as far as paths are resolved by them. Shared by its threads. Not thread-safe.</summary>
internal sealed class DescriptorTable(MemoryBudget budget)
{
    private const int EntryBytes = 48;

    /// <summary>Descriptors kept of one process.</summary>
    public const int Most = 4096;

    private readonly Dictionary<int, (DescriptorKind Kind, byte[] Path)> _open = [];

    public void Set(long descriptor, DescriptorKind kind, byte[] path)
    {
        Close(descriptor);
        if (descriptor is < 0 or > int.MaxValue || _open.Count >= Most || !budget.TryKeep(EntryBytes + path.Length)) return;
        ReadOnlySpan<byte> name = path;
        bool terminal = kind == DescriptorKind.File
            && (name.StartsWith("/dev/pts/"u8) || name.StartsWith("/dev/tty"u8) || name.SequenceEqual("/dev/console"u8));
        _open[(int)descriptor] = (terminal ? DescriptorKind.Terminal : kind, path);
    }

    public void Close(long descriptor)
    {
        if (descriptor is < 0 or > int.MaxValue || !_open.Remove((int)descriptor, out (DescriptorKind Kind, byte[] Path) entry)) return;
        budget.TryKeep(-(EntryBytes + entry.Path.Length));
    }

    public void Clear()
    {
        foreach ((DescriptorKind _, byte[] path) in _open.Values) budget.TryKeep(-(EntryBytes + path.Length));
        _open.Clear();
    }

    public void Duplicate(long from, long to)
    {
        if (from is < 0 or > int.MaxValue) return;
        if (_open.TryGetValue((int)from, out (DescriptorKind Kind, byte[] Path) entry)) Set(to, entry.Kind, entry.Path);
        else Close(to);
    }

    /// <summary>The path that a descriptor was opened by; empty when it is not known.</summary>
    public byte[] PathOf(long descriptor) =>
        descriptor is >= 0 and <= int.MaxValue && _open.TryGetValue((int)descriptor, out (DescriptorKind Kind, byte[] Path) entry)
            ? entry.Path
            : [];

    /// <summary>Kinds of 0, 1 and 2, four bits each.</summary>
    public int StandardStreams()
    {
        int streams = 0;
        for (int i = 0; i < 3; i++)
        {
            if (_open.TryGetValue(i, out (DescriptorKind Kind, byte[] Path) entry)) streams |= (int)entry.Kind << (i * 4);
        }

        return streams;
    }

    /// <summary>What a forked process begins with.</summary>
    public DescriptorTable Copy()
    {
        var copy = new DescriptorTable(budget);
        foreach ((int descriptor, (DescriptorKind Kind, byte[] Path) entry) in _open) copy.Set(descriptor, entry.Kind, entry.Path);
        return copy;
    }
}
