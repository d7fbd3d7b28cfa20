using Pipeline.Domain.Kernel;

namespace Domain.Tests.Kernel;

public sealed class RecencyMapTests
{
    private readonly RecencyMap<string, int> _map = new(2);

    [Fact]
    public void Lets_the_entry_go_that_was_set_longest_ago()
    {
        _map.Set("a", 1);
        _map.Set("b", 2);
        _map.Set("a", 3);

        _map.Set("c", 4, out KeyValuePair<string, int> evicted).ShouldBeTrue();

        evicted.ShouldBe(KeyValuePair.Create("b", 2));
        _map.OldestFirst.ShouldBe([KeyValuePair.Create("a", 3), KeyValuePair.Create("c", 4)]);
    }

    [Fact]
    public void Does_not_let_reading_change_the_order()
    {
        _map.Set("a", 1);
        _map.Set("b", 2);

        _map.TryGet("a", out int value).ShouldBeTrue();
        value.ShouldBe(1);
        _map.Set("c", 3);

        _map.TryGet("a", out _).ShouldBeFalse();
    }

    [Fact]
    public void Has_room_again_after_a_removal()
    {
        _map.Set("a", 1);
        _map.Set("b", 2);

        _map.Remove("a").ShouldBeTrue();

        _map.Set("c", 3).ShouldBeFalse();
        _map.Count.ShouldBe(2);
    }

    /// <summary>Long enough that entries move, are given back and are used again.</summary>
    [Fact]
    public void Holds_and_orders_what_a_plain_list_would()
    {
        var map = new RecencyMap<int, int>(100);
        var list = new List<KeyValuePair<int, int>>();
        var random = new Random(7);
        for (int step = 0; step < 20_000; step++)
        {
            int key = random.Next(160);
            int before = list.FindIndex(pair => pair.Key == key);
            map.TryGet(key, out int value).ShouldBe(before >= 0);
            if (before >= 0) value.ShouldBe(list[before].Value);
            if (before >= 0) list.RemoveAt(before);
            if (random.Next(4) == 0)
            {
                map.Remove(key).ShouldBe(before >= 0);
                continue;
            }

            bool full = list.Count == 100;
            map.Set(key, step, out KeyValuePair<int, int> evicted).ShouldBe(full);
            if (full) evicted.ShouldBe(list[0]);
            if (full) list.RemoveAt(0);
            list.Add(new(key, step));
            if (step % 100 == 0) map.OldestFirst.ShouldBe(list);
        }

        map.OldestFirst.ShouldBe(list);
        map.TryGetOldest(out KeyValuePair<int, int> oldest).ShouldBeTrue();
        oldest.ShouldBe(list[0]);
        map.Clear();
        map.TryGetOldest(out _).ShouldBeFalse();
        map.OldestFirst.ShouldBeEmpty();
    }
}
