namespace Agents.Importers.Scap;

/// <summary>
/// A system call: what its exit event says, and what its enter event said that the exit does not repeat. Sensors of different age have the
/// same parameter in either of the two, so both are looked into.
/// </summary>
internal readonly ref struct Call
{
    private readonly ScapEvent _enter;
    private readonly bool _isEntered;

    /// <param name="enter">Of no meaning when <paramref name="isEntered"/> is false.</param>
    public Call(ScapEvent exit, ScapEvent enter, bool isEntered, ThreadState thread)
    {
        Exit = exit;
        _enter = enter;
        _isEntered = isEntered;
        Thread = thread;
    }

    public ScapEvent Exit { get; }

    public ThreadState Thread { get; }

    /// <summary>Wall time of the entry; of the exit when the entry was not recorded.</summary>
    public long EnterWallNs => _isEntered ? _enter.WallNs : Exit.WallNs;

    public string Name => Exit.Shape.Name;

    public bool TryInt(string name, out long value) => Exit.TryInt(name, out value) || (_isEntered && _enter.TryInt(name, out value));

    /// <summary>A parameter of the call itself, where the exit has a result of the same name.</summary>
    public bool TryEnterInt(string name, out long value)
    {
        value = 0;
        return _isEntered && _enter.TryInt(name, out value);
    }

    public ReadOnlySpan<byte> Text(string name)
    {
        ReadOnlySpan<byte> text = Exit.Text(name);
        return text.IsEmpty && _isEntered ? _enter.Text(name) : text;
    }

    public ReadOnlySpan<byte> Bytes(string name)
    {
        ReadOnlySpan<byte> bytes = Exit.Bytes(name);
        return bytes.IsEmpty && _isEntered ? _enter.Bytes(name) : bytes;
    }

    /// <summary>The path that a parameter names, seen from the descriptor of another, or from the working directory.</summary>
    public byte[] Path(string name, string? directory)
    {
        ReadOnlySpan<byte> raw = Text(name);
        const int currentDirectory = -100; // AT_FDCWD
        if (directory is not null && TryInt(directory, out long descriptor) && descriptor != currentDirectory)
            return Paths.Resolve(Thread.Descriptors.PathOf((int)descriptor), raw);
        return Paths.Resolve(Thread.Directory, raw);
    }
}
