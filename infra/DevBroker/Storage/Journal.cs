using System.Buffers.Binary;
using DevBroker.Protocol;
using Microsoft.Win32.SafeHandles;

namespace DevBroker.Storage;

/// <summary>
/// A small file of checked entries that is read once at start and appended to afterwards; a damaged tail is cut off. The owner
/// writes it anew when it holds much that no longer counts.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class Journal : IDisposable
{
    private const int EntryOverhead = 8;
    private const int EntryBytesMax = 1024 * 1024;
    private readonly string _path;
    private SafeFileHandle _file;

    private Journal(string path, SafeFileHandle file, long length)
    {
        _path = path;
        _file = file;
        Length = length;
    }

    public long Length { get; private set; }

    public static Journal Open(string path, Action<FrameReader> replay)
    {
        SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        var bytes = new byte[RandomAccess.GetLength(file)];
        int read = RandomAccess.Read(file, bytes, 0);
        int valid = 0;
        while (read - valid >= EntryOverhead)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(valid));
            if (length is < 0 or > EntryBytesMax || length > read - valid - EntryOverhead) break;
            int start = valid + EntryOverhead;
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(valid + 4)) != Crc32C.Of(bytes.AsSpan(start, length))) break;
            replay(new FrameReader(bytes, start, start + length));
            valid = start + length;
        }

        RandomAccess.SetLength(file, valid);
        return new Journal(path, file, valid);
    }

    public void Append(ReadOnlySpan<byte> entry)
    {
        byte[] framed = Framed(entry);
        RandomAccess.Write(_file, framed, Length);
        Length += framed.Length;
    }

    public void Flush() => Durable.Flush(_file);

    /// <summary>Replaces the whole content at once: after a crash either the old or the new is there.</summary>
    public void Rewrite(IEnumerable<byte[]> entries)
    {
        string next = _path + "~";
        SafeFileHandle file = File.OpenHandle(next, FileMode.Create, FileAccess.ReadWrite);
        long length = 0;
        foreach (byte[] entry in entries)
        {
            byte[] framed = Framed(entry);
            RandomAccess.Write(file, framed, length);
            length += framed.Length;
        }

        Durable.Flush(file);
        File.Move(next, _path, overwrite: true);
        Durable.FlushDirectory(Path.GetDirectoryName(_path)!);
        _file.Dispose();
        (_file, Length) = (file, length);
    }

    public void Dispose() => _file.Dispose();

    private static byte[] Framed(ReadOnlySpan<byte> entry)
    {
        var framed = new byte[EntryOverhead + entry.Length];
        BinaryPrimitives.WriteInt32LittleEndian(framed, entry.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(framed.AsSpan(4), Crc32C.Of(entry));
        entry.CopyTo(framed.AsSpan(EntryOverhead));
        return framed;
    }
}
