using Agents.NodeAgent.Hashing;
using Microsoft.Extensions.Time.Testing;

namespace NodeAgent.Tests.Hashing;

public sealed class DigestCacheTests
{
    [Fact]
    public void Forgets_what_was_used_longest_ago()
    {
        var cache = new DigestCache(2);
        cache.Add(Version(1), [1]);
        cache.Add(Version(2), [2]);
        cache.Find(Version(1)).ShouldBe([1]);

        cache.Add(Version(3), [3]);

        cache.Find(Version(2)).ShouldBeNull();
        cache.Find(Version(1)).ShouldBe([1]);
        cache.Find(Version(3)).ShouldBe([3]);
    }

    [Fact]
    public void Knows_a_file_only_as_it_was()
    {
        var cache = new DigestCache(2);
        cache.Add(Version(1), [1]);

        cache.Find(Version(1) with { ChangedNs = 1 }).ShouldBeNull();
        cache.Find(Version(1) with { Size = 1 }).ShouldBeNull();
    }

    [Fact]
    public void Spreads_bytes_over_time_and_saves_up_none()
    {
        var time = new FakeTimeProvider();
        var pace = new BytePace(bytesPerSecond: 1_000, time);
        pace.Take(500).ShouldBe(TimeSpan.FromSeconds(0.5));
        pace.Take(500).ShouldBe(TimeSpan.FromSeconds(1));

        time.Advance(TimeSpan.FromHours(1));

        pace.Take(500).ShouldBe(TimeSpan.FromSeconds(0.5));
    }

    private static FileVersion Version(ulong inode) => new(1, inode, 0, 0);
}
