using Agents.NodeAgent.Sequencing;
using Microsoft.Win32.SafeHandles;

namespace Agents.NodeAgent.Shipping.Spool;

/// <summary>
/// A segment file that is being written. Where the disk refuses: <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal interface ISegmentFile : IDisposable
{
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Cuts the file, so that nothing half written stays.</summary>
    void Cut(long length);

    /// <summary>Makes what was written durable; throws when the disk did not take it.</summary>
    void Sync();
}

/// <summary>A segment on a real disk.</summary>
internal sealed class SegmentFile : ISegmentFile
{
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly SafeFileHandle _file;

    private SegmentFile(SafeFileHandle file) => _file = file;

    /// <summary>Makes a new file and its name durable.</summary>
    public static ISegmentFile Create(string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory, OwnerOnly);
        SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        if (LinuxCalls.SyncDirectory(directory) is { } fault)
        {
            file.Dispose();
            throw new IOException(fault);
        }

        return new SegmentFile(file);
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_file, bytes, offset);

    public void Cut(long length) => RandomAccess.SetLength(_file, length);

    public void Sync()
    {
        if (LinuxCalls.Sync(_file) is { } fault) throw new IOException(fault);
    }

    public void Dispose() => _file.Dispose();
}
