using Agents.NodeAgent.Shipping;
using Agents.NodeAgent.Shipping.Spool;
using Pipeline.Domain.Events;

namespace NodeAgent.Tests.Shipping.Spool;

/// <summary>
/// Random runs of a spool that end with damage to its files: nothing before the damage is lost, nothing wrong is served behind it, and what
/// is missing is counted.
/// </summary>
public sealed class SpoolCrashTests : IDisposable
{
    private readonly SpoolBench _bench = new();
    private readonly List<Stored> _stored = [];
    private readonly HashSet<long> _settled = [];
    private long _next = 1;

    /// <summary>What was appended, and where its record is.</summary>
    private sealed record Stored(OutgoingBatch Batch, string Path, long Begin, long End);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Loses_nothing_before_the_damage_and_serves_nothing_wrong_behind_it(int seed)
    {
        var random = new Random(seed);
        for (int run = 0; run < 6; run++)
        {
            DiskSpool spool = _bench.Open(bytes: 60_000, segmentBytes: 2_000);
            OutgoingBatch[] first = Work(spool, random, operations: random.Next(60));
            // Killed: what the process knows is gone, what the kernel has is there.
            spool.Dispose();
            if (first.Length > 0) first.ShouldBeInOrder();
            (string Path, long At)? damage = Damage(random);

            using DiskSpool next = _bench.Open(bytes: 60_000, segmentBytes: 2_000);
            OutgoingBatch[] served = SpoolBench.Drain(next);
            Check(served, damage);
            CheckCount(served, [.. next.TakeLost()], damage);
            foreach (OutgoingBatch batch in served) next.Settle(batch);
            next.Dispose();
            _stored.Clear();
            _settled.Clear();
        }
    }

    private OutgoingBatch[] Work(DiskSpool spool, Random random, int operations)
    {
        var given = new List<OutgoingBatch>();
        var read = new List<OutgoingBatch>();
        for (int i = 0; i < operations; i++)
        {
            switch (random.Next(5))
            {
                case 0 when spool.Read() is { } batch:
                    given.Add(batch);
                    read.Add(batch);
                    break;
                case 1 when given.Count > 0:
                    OutgoingBatch one = given[random.Next(given.Count)];
                    given.Remove(one);
                    spool.Settle(one);
                    _settled.Add(one.First);
                    break;
                default:
                    Append(spool, random, given);
                    break;
            }
        }

        return [.. read];
    }

    private void Append(DiskSpool spool, Random random, List<OutgoingBatch> given)
    {
        OutgoingBatch batch = SpoolBench.Batch(_next, random.Next(1, 5), random.Next(20, 900));
        random.NextBytes(batch.Value);
        bool onItsWay = !spool.HasUnread && random.Next(2) == 0;
        long before = spool.Bytes;
        if (!spool.TryAppend(batch, onItsWay)) return;
        if (onItsWay) given.Add(batch);
        string path = _bench.Segments[^1];
        long end = new FileInfo(path).Length;
        _stored.Add(new Stored(batch, path, end - (spool.Bytes - before), end));
        _next += batch.Count + random.Next(3);
    }

    /// <summary>Cuts or changes a file somewhere, most often near the end of the newest; null when it does neither.</summary>
    private (string Path, long At)? Damage(Random random)
    {
        string[] segments = _bench.Segments;
        if (segments.Length == 0 || random.Next(4) == 0) return null;
        string path = random.Next(3) > 0 ? segments[^1] : segments[random.Next(segments.Length)];
        long length = new FileInfo(path).Length;
        long at = random.NextInt64(length);
        if (random.Next(2) == 0)
        {
            SpoolBench.Flip(path, length - at);
        }
        else
        {
            using var file = new FileStream(path, FileMode.Open);
            file.SetLength(at);
        }

        return (path, at);
    }

    private void Check(OutgoingBatch[] served, (string Path, long At)? damage)
    {
        served.Select(batch => batch.First).ShouldBe(served.Select(batch => batch.First).Order().Distinct());
        foreach (OutgoingBatch batch in served)
        {
            Stored original = _stored.ShouldHaveSingleItem(stored => stored.Batch.First == batch.First);
            batch.Value.ShouldBe(original.Batch.Value);
            batch.Count.ShouldBe(original.Batch.Count);
        }

        IEnumerable<long> undamaged = _stored.Where(stored => !IsBehind(stored, damage)).Select(stored => stored.Batch.First)
            .Where(first => !_settled.Contains(first));
        undamaged.Except(served.Select(batch => batch.First)).ShouldBeEmpty();
    }

    /// <summary>Where a newer segment tells how many there were, what is missing is counted to the event.</summary>
    private void CheckCount(OutgoingBatch[] served, LostRange[] lost, (string Path, long At)? damage)
    {
        if (damage is not { } at || _bench.Segments.Length == 0 || string.CompareOrdinal(_bench.Segments[^1], at.Path) <= 0) return;
        HashSet<long> firsts = [.. served.Select(batch => batch.First)];
        long oldest = _stored.Where(stored => !_settled.Contains(stored.Batch.First)).Min(stored => stored.Batch.First);
        long missing = _stored.Where(stored => stored.Batch.First >= oldest && !firsts.Contains(stored.Batch.First))
            .Sum(stored => (long)stored.Batch.Count);
        lost.ShouldAllBe(range => range.Cause == LossCause.Spool);
        lost.Sum(range => range.Count).ShouldBe(missing);
    }

    private static bool IsBehind(Stored stored, (string Path, long At)? damage) =>
        damage is { } at && stored.Path == at.Path && stored.End > at.At;
}
