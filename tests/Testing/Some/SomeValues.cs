using System.Collections.Immutable;
using System.Text;
using Pipeline.Domain.Identity;

namespace Testing;

public static partial class Some
{
    public static readonly NodeId Node = new("node-1");
    public static readonly BootId Boot = new("0f6f6f0e-3a52-4f3b-9d0f-6b7a3c1f2e11");
    public static readonly EventTime Clock = new(1_000_000_000_000, 1_750_000_000_000_000_000);

    /// <summary>A container id as Docker makes them.</summary>
    public static string ContainerId(int number = 1) => DeterministicId.From("container", $"{number}").ToString("N") + DeterministicId.From("id", $"{number}").ToString("N");

    private static T Pick<T>(Random random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    /// <summary>Any number, the edges far more often than chance would have them.</summary>
    private static long AnyLong(Random random) => random.Next(6) switch
    {
        0 => 0,
        1 => Pick(random, long.MinValue, long.MaxValue, -1, 1, int.MinValue, int.MaxValue, uint.MaxValue, 63, 64, -64, -65),
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        _ => random.Next(-1000, 100_000),
    };

    private static int AnyInt(Random random) => unchecked((int)AnyLong(random));

    private static uint AnyUInt(Random random) => unchecked((uint)AnyLong(random));

    private static ulong AnyULong(Random random) => unchecked((ulong)AnyLong(random));

    /// <summary>Bytes of a path or argument: mostly text, at times empty, long, or not UTF-8.</summary>
    private static byte[] AnyBytes(Random random)
    {
        if (random.Next(4) == 0) return [];
        if (random.Next(8) > 0) return Encoding.UTF8.GetBytes(AnyString(random));
        var bytes = new byte[random.Next(1, 300)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string AnyString(Random random)
    {
        int length = random.Next(10) switch { 0 => 0, 1 => random.Next(64, 500), _ => random.Next(1, 24) };
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) text.Append(Pick(random, "a", "b", "/", "0", " ", "\0", "\n", "é", "中", "🐳"));
        return text.ToString();
    }

    private static ImmutableArray<string> AnyStrings(Random random, int most = 4) =>
        [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => AnyString(random))];

    private static T AnyEnum<T>(Random random)
        where T : struct, Enum => Pick<T>(random, Enum.GetValues<T>());

    private static bool AnyBool(Random random) => random.Next(2) == 1;
}
