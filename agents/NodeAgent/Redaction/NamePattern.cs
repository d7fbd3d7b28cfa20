namespace Agents.NodeAgent.Redaction;

/// <summary>A name in which a star at either end stands for anything; - and . count as _, and case does not count.</summary>
internal sealed class NamePattern
{
    private readonly string _core;
    private readonly bool _open;
    private readonly bool _openEnd;

    public NamePattern(string text)
    {
        _open = text.StartsWith('*');
        _openEnd = text.Length > 1 && text.EndsWith('*');
        _core = Normalise(text.Trim('*'));
        Needle = _core.Split('_').MaxBy(part => part.Length)!;
    }

    /// <summary>A stretch, without separators, that every name of the pattern holds.</summary>
    public string Needle { get; }

    /// <param name="name">Normalised.</param>
    public bool Matches(ReadOnlySpan<char> name) => (_open, _openEnd) switch
    {
        (true, true) => name.Contains(_core, StringComparison.Ordinal),
        (true, false) => name.EndsWith(_core, StringComparison.Ordinal),
        (false, true) => name.StartsWith(_core, StringComparison.Ordinal),
        (false, false) => name.SequenceEqual(_core),
    };

    public static string Normalise(ReadOnlySpan<char> name) => string.Create(name.Length, name, static (into, from) =>
    {
        for (int i = 0; i < from.Length; i++) into[i] = from[i] is '-' or '.' ? '_' : char.ToLowerInvariant(from[i]);
    });
}
