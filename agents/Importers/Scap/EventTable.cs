using System.Collections.Immutable;

namespace Agents.Importers.Scap;

/// <summary>
/// What the numbers of event types mean. A type above <see cref="Count"/> comes from a newer sensor; its events are counted by number.
/// </summary>
internal static partial class EventTable
{
    // Their parameters may be longer than 64 KiB.
    private const int PluginEvent = 322;
    private const int LongContainer = 324;
    private const int AsyncEvent = 402;

    private static readonly ImmutableArray<EventShape> Shapes = ReadShapes();
    private static readonly ImmutableArray<string> SyscallNames =
        [.. Syscalls.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)];

    public static int Count => Shapes.Length;

    public static EventShape Get(int type) => (uint)type < (uint)Shapes.Length
        ? Shapes[type]
        : new EventShape($"event {type & ~1}", IsExit: (type & 1) != 0, MostParameters: 0, Parameters: [], IsKnown: false);

    /// <summary>Name of the system call that an event of the type "syscall" is about.</summary>
    public static string SyscallName(int code) => (uint)code < (uint)SyscallNames.Length && code > 0 ? SyscallNames[code] : "<unknown>";

    private static ImmutableArray<EventShape> ReadShapes()
    {
        var shapes = ImmutableArray.CreateBuilder<EventShape>();
        foreach (string line in Types.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = line.Split(' ', 2);
            string[] halves = parts[1].Split('|');
            int lengthBytes = shapes.Count is PluginEvent or LongContainer or AsyncEvent ? 4 : 2;
            shapes.Add(Shape(parts[0], isExit: false, halves[0]) with { LengthBytes = lengthBytes });
            shapes.Add(Shape(parts[0], isExit: true, halves[1]));
        }

        return shapes.ToImmutable();
    }

    private static EventShape Shape(string name, bool isExit, string half)
    {
        if (half is "!" or "-") return new EventShape(name, isExit, 0, [], IsKnown: half == "-");
        if (half[0] == '#') return new EventShape(name, isExit, int.Parse(half.AsSpan(1), provider: null), [], IsKnown: true);
        string[] parameters = half.Replace("*", ProcessPrefix, StringComparison.Ordinal)
            .Replace("+", ExecAdditions, StringComparison.Ordinal).Split(' ');
        return new EventShape(name, isExit, parameters.Length, [.. parameters], IsKnown: true);
    }
}

/// <summary>One type of event.</summary>
/// <param name="MostParameters">Parameters that it can have; older sensors wrote fewer.</param>
/// <param name="Parameters">Their names, in order; empty for a type that nothing is mapped of.</param>
/// <param name="IsKnown">False for numbers that never occur and for those of newer sensors.</param>
internal sealed record EventShape(string Name, bool IsExit, int MostParameters, ImmutableArray<string> Parameters, bool IsKnown)
{
    /// <summary>Name in reports, with the direction as the sensor's own tools print it.</summary>
    public string Title { get; } = Name + (IsExit ? " <" : " >");

    /// <summary>Bytes of a parameter's length.</summary>
    public int LengthBytes { get; init; } = 2;
}
