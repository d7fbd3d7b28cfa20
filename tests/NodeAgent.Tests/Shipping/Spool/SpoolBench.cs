using System.Text;
using Agents.NodeAgent.Shipping;
using Agents.NodeAgent.Shipping.Spool;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Domain.Identity;

namespace NodeAgent.Tests.Shipping.Spool;

public enum DiskFault
{
    None,
    Create,
    Write,
    HalfWrite,
    Sync,
}

/// <summary>A spool's directory on a disk that fails when told to.</summary>
internal sealed class SpoolBench : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public string Directory => _directory["spool"];

    public FakeTimeProvider Time { get; } = new();

    public ListLogger Logger { get; } = new();

    public DiskFault Fault { get; set; }

    public string[] Segments => [.. System.IO.Directory.GetFiles(Directory, "*.seg").Order(StringComparer.Ordinal)];

    public static OutgoingBatch Batch(long first, int count, int bytes = 20)
    {
        byte[] value = new byte[bytes];
        Encoding.ASCII.GetBytes($"{first}").CopyTo(value, 0);
        return new OutgoingBatch(first, count, value, "container", []);
    }

    public static OutgoingBatch[] Drain(DiskSpool spool)
    {
        var read = new List<OutgoingBatch>();
        while (spool.Read() is { } batch) read.Add(batch);
        return [.. read];
    }

    public static void Flip(string path, long fromEnd)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = file.Length - fromEnd;
        int was = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(was ^ 0x10));
    }

    public DiskSpool Open(NodeBoot? scope = null, long bytes = 10_000_000, long segmentBytes = 50_000) => new(
        new SpoolOptions(Directory, bytes) { SegmentBytes = segmentBytes },
        scope ?? new NodeBoot(new NodeId("n"), new BootId("b")),
        Time,
        Logger,
        Create);

    public void Dispose() => _directory.Dispose();

    private FaultyFile Create(string path) =>
        Fault == DiskFault.Create ? throw new IOException("No space left on device") : new FaultyFile(SegmentFile.Create(path), this);

    private sealed class FaultyFile(ISegmentFile file, SpoolBench bench) : ISegmentFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            if (bench.Fault == DiskFault.HalfWrite) file.Write(bytes[..(bytes.Length / 2)], offset);
            if (bench.Fault is DiskFault.Write or DiskFault.HalfWrite) throw new IOException("No space left on device");
            file.Write(bytes, offset);
        }

        public void Cut(long length) => file.Cut(length);

        public void Sync()
        {
            if (bench.Fault == DiskFault.Sync) throw new IOException("fsync: Input/output error");
            file.Sync();
        }

        public void Dispose() => file.Dispose();
    }
}

internal static class SpoolExpectations
{
    public static void ShouldBeInOrder(this IEnumerable<long> numbers) => numbers.ShouldBe(numbers.Order().Distinct());

    public static void ShouldBeInOrder(this IReadOnlyCollection<OutgoingBatch> batches) =>
        batches.Select(batch => batch.First).ShouldBe(batches.Select(batch => batch.First).Order());

    public static T ShouldHaveSingleItem<T>(this IEnumerable<T> items, Func<T, bool> like) =>
        items.Where(like).ToArray().ShouldHaveSingleItem();
}
