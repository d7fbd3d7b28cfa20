namespace Attacks;

/// <summary>Ways to look at what was seen; failures show all of it.</summary>
internal static class Expect
{
    /// <summary>What the container's own programs did, without what a runtime did to prepare them.</summary>
    public static IReadOnlyList<SeenEvent> Own(this IReadOnlyList<SeenEvent> seen) => [.. seen.Where(one => one.Started)];

    /// <summary>The one event of this name, and more if need be.</summary>
    public static SeenEvent Single(this IReadOnlyList<SeenEvent> seen, string what, Func<SeenEvent, bool>? also = null)
    {
        SeenEvent[] found = [.. seen.Where(one => one.What == what && (also is null || also(one)))];
        found.Length.ShouldBe(1, $"{what} among:\n{string.Join('\n', seen.Own())}");
        return found[0];
    }

    /// <summary>An event in a few words: what, where, and how it ended when it failed.</summary>
    public static string Short(SeenEvent one)
    {
        string place = one.Path.Length > 0 ? $" {one.Path}" : "";
        string other = one.Other.Length > 0 && one.What != "Executed" ? $" -> {one.Other}" : "";
        return $"{one.What}{place}{other}{(one.Result < 0 ? $" = {one.Result}" : "")}";
    }
}
