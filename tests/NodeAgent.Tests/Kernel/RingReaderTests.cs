using System.Buffers.Binary;
using Agents.NodeAgent.Kernel.Ring;

namespace NodeAgent.Tests.Kernel;

/// <summary>The reader on a file that is laid out as the kernel lays out a ring: the reader's page, the writers' page, the
/// data.</summary>
public sealed class RingReaderTests : IDisposable
{
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const int Size = 64 * 1024;

    private readonly TemporaryDirectory _directory = new();
    private readonly int _page = Environment.SystemPageSize;
    private readonly FileStream _file;
    private readonly List<byte[]> _read = [];
    private long _end;

    public RingReaderTests()
    {
        _file = new FileStream(_directory["ring"], FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _file.SetLength(2 * _page + Size);
    }

    public void Dispose()
    {
        _file.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Gives_each_record_once_and_in_order()
    {
        Append([1, 2, 3]);
        Append([4]);
        using RingReader reader = Open();

        reader.Read(Keep, long.MaxValue / 2).ShouldBeFalse();
        Append([5, 6, 7, 8, 9]);
        reader.Read(Keep, long.MaxValue / 2);

        _read.ShouldBe([[1, 2, 3], [4], [5, 6, 7, 8, 9]]);
        Position().ShouldBe(_end);
    }

    [Fact]
    public void Waits_for_a_record_that_is_still_being_written()
    {
        Append([1]);
        Append([2], Busy);
        Append([3]);
        using RingReader reader = Open();

        reader.Read(Keep, long.MaxValue / 2);

        _read.ShouldBe([[1]]);
        Position().ShouldBe(16);
    }

    [Fact]
    public void Passes_over_records_that_were_given_up()
    {
        Append([1]);
        Append([2], Discarded);
        Append([3]);
        using RingReader reader = Open();

        reader.Read(Keep, long.MaxValue / 2);

        _read.ShouldBe([[1], [3]]);
    }

    [Fact]
    public void Stops_at_its_bound_and_says_that_more_may_be_left()
    {
        for (byte i = 0; i < 10; i++) Append([i]);
        using RingReader reader = Open();

        reader.Read(Keep, 32).ShouldBeTrue();

        _read.ShouldBe([[0], [1]]);
    }

    [Theory]
    [InlineData(Size - 24)]
    [InlineData(Size - 16)]
    [InlineData(Size - 8)]
    public void Puts_a_record_together_that_begins_at_the_end_and_ends_at_the_beginning(int from)
    {
        byte[] filler = new byte[from - 8];
        byte[] wrapping = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
        using RingReader reader = Open();
        Append(filler);
        reader.Read(Keep, long.MaxValue / 2);

        Append(wrapping);
        Append([21]);
        reader.Read(Keep, long.MaxValue / 2);

        _read.ShouldBe([filler, wrapping, [21]]);
        Position().ShouldBe(_end);
    }

    private RingReader Open() => new((int)_file.SafeFileHandle.DangerousGetHandle(), Size);

    private void Keep(ReadOnlySpan<byte> record) => _read.Add(record.ToArray());

    private void Append(byte[] record, uint flags = 0)
    {
        byte[] header = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)record.Length | flags);
        byte[] bytes = [.. header, .. record];
        int from = (int)(_end % Size), upToEnd = Math.Min(Size - from, bytes.Length);
        Write(2 * _page + from, bytes[..upToEnd]);
        Write(2 * _page, bytes[upToEnd..]);
        _end += (8 + record.Length + 7) & ~7;
        byte[] position = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(position, _end);
        Write(_page, position);
    }

    private void Write(long at, byte[] bytes) => RandomAccess.Write(_file.SafeFileHandle, bytes, at);

    private long Position()
    {
        byte[] position = new byte[8];
        RandomAccess.Read(_file.SafeFileHandle, position, 0);
        return BinaryPrimitives.ReadInt64LittleEndian(position);
    }
}
