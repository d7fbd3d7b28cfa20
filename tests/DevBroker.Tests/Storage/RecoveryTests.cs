using DevBroker.Protocol;
using DevBroker.Storage;

namespace DevBroker.Tests.Storage;

/// <summary>Whatever happens to the tail of a log, it is cut at the first batch that is touched, and nothing before is lost.</summary>
public sealed class RecoveryTests : IDisposable
{
    private const int Mutations = 1000;
    private const int Batches = 60;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private enum Mutation
    {
        Truncate,
        FlipBit,
        AppendGarbage,
        ZeroRange,
        RandomRange,
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(2000)]
    public void Cuts_a_damaged_tail_at_the_right_place(int segmentBytes)
    {
        string original = Path.Combine(_directory.Path, "original");
        Directory.CreateDirectory(original);
        var config = new Dictionary<string, string> { ["segment.bytes"] = $"{segmentBytes}" };
        List<(long Offset, int Size, long End)> batches = Fill(original, config);
        const int seed = 20240607;
        var random = new Random(seed);

        for (int i = 0; i < Mutations; i++)
        {
            string copy = Path.Combine(_directory.Path, "copy");
            Copy(original, copy);
            (long expectedEnd, string what) = Mutate(copy, random, batches);
            using (PartitionLog log = OpenLog.In(copy, config))
            {
                log.EndOffset.ShouldBe(expectedEnd, $"seed {seed}, mutation {i}: {what}");
                log.ReadRecords().Count.ShouldBe((int)expectedEnd, $"seed {seed}, mutation {i}: {what}");
                log.Append(BatchBuilder.Numbers(0, 3)).BaseOffset.ShouldBe(expectedEnd);
            }

            using (PartitionLog again = OpenLog.In(copy, config)) again.EndOffset.ShouldBe(expectedEnd + 3);
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public void Does_not_read_again_what_is_known_to_be_on_disk()
    {
        var config = new Dictionary<string, string> { ["segment.bytes"] = "2000" };
        using (PartitionLog log = OpenLog.In(_directory.Path, config))
        {
            for (int i = 0; i < 40; i++) log.Append(BatchBuilder.Numbers(i, 1));
            log.Flush();
        }

        // Damage that a scan would find: a trusted segment is left alone, as Kafka does too.
        string first = Directory.GetFiles(_directory.Path, "*.log").Order().First();
        byte[] bytes = File.ReadAllBytes(first);
        bytes[100] ^= 1;
        File.WriteAllBytes(first, bytes);

        using PartitionLog again = OpenLog.In(_directory.Path, config);
        again.EndOffset.ShouldBe(40);
    }

    [Theory]
    [InlineData("*.index")]
    [InlineData("*.producers")]
    [InlineData("checkpoint")]
    public void Does_without_its_side_files(string pattern)
    {
        var config = new Dictionary<string, string> { ["segment.bytes"] = "2000" };
        using (PartitionLog log = OpenLog.In(_directory.Path, config))
        {
            for (int i = 0; i < 40; i++) log.Append(BatchBuilder.Numbers(i, 1, producerId: 3, epoch: 0, sequence: i));
            log.Flush();
        }

        foreach (string file in Directory.GetFiles(_directory.Path, pattern)) File.WriteAllBytes(file, [1, 2, 3, 4, 5, 6, 7, 8]);

        using PartitionLog again = OpenLog.In(_directory.Path, config);
        again.ReadRecords().Count.ShouldBe(40);
        again.Append(BatchBuilder.Numbers(39, 1, producerId: 3, epoch: 0, sequence: 39)).ShouldBe(new AppendResult(ErrorCode.None, 39));
    }

    private static List<(long Offset, int Size, long End)> Fill(string directory, Dictionary<string, string> config)
    {
        var random = new Random(1);
        var batches = new List<(long, int, long)>();
        using PartitionLog log = OpenLog.In(directory, config);
        for (int i = 0; i < Batches; i++)
        {
            byte[] batch = BatchBuilder.Numbers(i, random.Next(1, 20), producerId: 5, epoch: 0, sequence: (int)log.EndOffset);
            batches.Add((log.Append(batch).BaseOffset, batch.Length, log.EndOffset));
        }

        return batches;
    }

    private static (long ExpectedEnd, string What) Mutate(string directory, Random random, List<(long Offset, int Size, long End)> batches)
    {
        string[] segments = [.. Directory.GetFiles(directory, "*.log").Order()];
        string segment = segments[random.Next(segments.Length)];
        byte[] bytes = File.ReadAllBytes(segment);
        var mutation = (Mutation)random.Next(5);
        int at = random.Next(bytes.Length);
        byte[] before = [.. bytes];
        switch (mutation)
        {
            case Mutation.Truncate:
                bytes = bytes[..at];
                break;
            case Mutation.FlipBit:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case Mutation.AppendGarbage:
                var garbage = new byte[random.Next(1, 300)];
                random.NextBytes(garbage);
                at = bytes.Length;
                bytes = [.. bytes, .. garbage];
                break;
            case Mutation.ZeroRange:
                bytes.AsSpan(at).Clear();
                break;
            default:
                random.NextBytes(bytes.AsSpan(at, random.Next(1, bytes.Length - at + 1)));
                break;
        }

        File.WriteAllBytes(segment, bytes);
        int firstTouched = before.AsSpan().CommonPrefixLength(bytes);
        return (EndBefore(segment, firstTouched, before.Length == bytes.Length && firstTouched == before.Length, batches), $"{mutation} at {at} of {Path.GetFileName(segment)}");
    }

    /// <summary>Where the log has to end if everything from a position in a segment on is no longer what it was.</summary>
    private static long EndBefore(string segment, int firstTouched, bool isUnchanged, List<(long Offset, int Size, long End)> batches)
    {
        if (isUnchanged) return batches[^1].End;
        long baseOffset = long.Parse(Path.GetFileNameWithoutExtension(segment), System.Globalization.CultureInfo.InvariantCulture);
        int index = batches.FindIndex(batch => batch.Offset == baseOffset);
        for (int position = 0; index < batches.Count && position + batches[index].Size <= firstTouched; index++) position += batches[index].Size;
        return index < batches.Count ? batches[index].Offset : batches[^1].End;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
