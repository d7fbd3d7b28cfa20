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
    public void Finds_a_text_by_its_characters()
    {
        _map.Set("abc", 7);

        _map.TryGetBy<ReadOnlySpan<char>>("abc".AsSpan(), out int value).ShouldBeTrue();

        value.ShouldBe(7);
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
}
