using System.Globalization;
using System.Security.Cryptography;
using System.Threading.Channels;
using Agents.NodeAgent.Inventory;
using Agents.NodeAgent.Sources;
using Microsoft.Win32.SafeHandles;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Hashing;

/// <summary>
/// Computes the digest of every executable once, late and slowly, on one thread of the lowest priority, and publishes it as an event of its
/// own. What other threads do with it is one attempt to write to a bounded queue.
/// </summary>
internal sealed class HashingSource(HashingOptions options, TimeProvider time) : IEventSource, IExecutableSink
{
    private const string Name = "hashes";
    private const int ChunkBytes = 256 * 1024;

    private readonly Channel<ExecutableSeen> _queue = Channel.CreateBounded<ExecutableSeen>(
        new BoundedChannelOptions(options.Queue) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly DigestCache _known = new(options.Known);
    private readonly BytePace _pace = new(options.BytesPerSecond, time);
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private long _hashed;
    private long _refused;
    private long _gone;
    private long _tooLarge;

    /// <summary>Executables that found no room in the queue.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public SourceState State
    {
        get
        {
            (long hashed, long gone, long large) =
                (Interlocked.Read(ref _hashed), Interlocked.Read(ref _gone), Interlocked.Read(ref _tooLarge));
            string counts = string.Create(
                CultureInfo.InvariantCulture,
                $"{hashed} hashed, {_queue.Reader.Count} waiting, {Refused} found no room, {gone} were gone, {large} too large");
            return new SourceState(Name, SourceStates.Connected, counts);
        }
    }

    public void Seen(in ExecutableSeen executable)
    {
        if (executable.File.Inode != 0 && !_queue.Writer.TryWrite(executable)) Interlocked.Increment(ref _refused);
    }

    public Task RunAsync(IEventSink sink, CancellationToken cancellation) =>
        OwnThread.RunAsync("executable hashes", () => Run(sink, cancellation), cancellation);

    private void Run(IEventSink sink, CancellationToken cancellation)
    {
        LinuxFiles.LowerOwnPriority();
        while (true) Work(sink, Next(cancellation), cancellation);
    }

    /// <summary>This thread is the source's own and has nothing else to do than to wait.</summary>
    private ExecutableSeen Next(CancellationToken cancellation) =>
        _queue.Reader.TryRead(out ExecutableSeen seen) ? seen : _queue.Reader.ReadAsync(cancellation).AsTask().GetAwaiter().GetResult();

    private void Work(IEventSink sink, in ExecutableSeen seen, CancellationToken cancellation)
    {
        FileReference file = seen.File;
        byte[]? digest = _known.Find(new FileVersion(file.Device, file.Inode, file.Size, file.ChangeTimeNs));
        bool isNew = digest is null;
        if (digest is null)
        {
            using SafeFileHandle? opened = ExecutableFile.Open(options.Proc, seen, out FileFacts facts);
            if (opened is null) Interlocked.Increment(ref _gone);
            else if (facts.Size > options.MostBytes) Interlocked.Increment(ref _tooLarge);
            else digest = DigestOf(opened, facts, ref file, out isNew, cancellation);
        }

        if (digest is null || !(isNew || seen.Announce)) return;
        sink.TakeWhenRoomAsync(new HashedFile(seen.Path, file, digest), cancellation).GetAwaiter().GetResult();
    }

    /// <summary>Known or computed; null when the file was written to meanwhile.</summary>
    private byte[]? DigestOf(SafeFileHandle opened, FileFacts facts, ref FileReference file, out bool isNew, CancellationToken cancellation)
    {
        (file.Size, file.ChangeTimeNs) = (facts.Size, facts.ChangedNs);
        var version = new FileVersion(file.Device, file.Inode, facts.Size, facts.ChangedNs);
        byte[]? digest = _known.Find(version);
        isNew = digest is null;
        if (digest is not null) return digest;
        digest = Hash(opened, facts.Size, cancellation);
        if (digest is null || LinuxFiles.Facts(opened) is not { } after || (after.ChangedNs, after.Size) != (facts.ChangedNs, facts.Size))
        {
            Interlocked.Increment(ref _gone);
            return null;
        }

        _known.Add(version, digest);
        Interlocked.Increment(ref _hashed);
        return digest;
    }

    private byte[]? Hash(SafeFileHandle file, long size, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            for (long at = 0; at < size;)
            {
                int read = RandomAccess.Read(file, _chunk, at);
                if (read == 0) break;
                hash.AppendData(_chunk, 0, read);
                at += read;
                cancellation.WaitHandle.WaitOne(_pace.Take(read));
                cancellation.ThrowIfCancellationRequested();
            }

            return hash.GetHashAndReset();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
