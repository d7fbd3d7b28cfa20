using System.Text;

namespace Agents.Importers;

/// <summary>A text as the recording has it: bytes that should be UTF-8 and need not be. Equal by content.</summary>
internal readonly struct Utf8Text(byte[]? bytes) : IEquatable<Utf8Text>
{
    private readonly byte[]? _bytes = bytes;

    public static Utf8Text Empty => default;

    public ReadOnlySpan<byte> Span => _bytes;

    public int Length => _bytes?.Length ?? 0;

    public bool IsEmpty => Length == 0;

    public static Utf8Text Of(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? default : new(bytes.ToArray());

    public static Utf8Text Of(string? text) => string.IsNullOrEmpty(text) ? default : new(Encoding.UTF8.GetBytes(text));

    public bool Equals(Utf8Text other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is Utf8Text other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>For people and for names: invalid bytes become U+FFFD.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
