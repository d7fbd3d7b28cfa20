using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// How saved state writes what it is made of. Reading checks every length against what the writer could have written, so that damaged state
/// is an <see cref="InvalidDataException"/> or <see cref="EndOfStreamException"/> and never an allocation of gigabytes.
/// </summary>
public static class StateFormat
{
    /// <summary>Longest text in a state, in characters; longer ones are cut when they enter.</summary>
    public const int LongestText = 16 * 1024;

    public static void WriteText(this BinaryWriter state, string text) =>
        state.Write(text.Length <= LongestText ? text : Cut(text, LongestText));

    public static string ReadText(this BinaryReader state)
    {
        // UTF-8 takes at most three bytes for each UTF-16 unit.
        int bytes = state.Read7BitEncodedInt();
        if (bytes is < 0 or > LongestText * 3) throw new InvalidDataException($"A text of {bytes} bytes in saved state");
        if (bytes == 0) return "";
        byte[] utf8 = state.ReadBytes(bytes);
        if (utf8.Length < bytes) throw new EndOfStreamException();
        return System.Text.Encoding.UTF8.GetString(utf8);
    }

    /// <summary>The first <paramref name="length"/> characters, the last of them "…", never half of a surrogate pair.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length) return text;
        int end = length - 1;
        if (end > 0 && char.IsHighSurrogate(text[end - 1])) end--;
        return string.Concat(text.AsSpan(0, end), "…");
    }

    public static int ReadCount(this BinaryReader state, int most)
    {
        int count = state.ReadInt32();
        return count >= 0 && count <= most
            ? count : throw new InvalidDataException($"{count} entries in saved state, at most {most} possible");
    }

    public static void Write(this BinaryWriter state, EventTime time)
    {
        state.Write(time.BootNs);
        state.Write(time.WallNs);
    }

    public static EventTime ReadTime(this BinaryReader state) => new(state.ReadInt64(), state.ReadInt64());

    public static void WriteId(this BinaryWriter state, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        state.Write(bytes);
    }

    public static Guid ReadId(this BinaryReader state)
    {
        Span<byte> bytes = stackalloc byte[16];
        state.ReadExactly(bytes);
        return new Guid(bytes);
    }

    public static void Write(this BinaryWriter state, Evidence evidence)
    {
        state.WriteText(evidence.Node);
        state.WriteText(evidence.Boot);
        state.Write(evidence.Sequence);
        state.WriteText(evidence.Kind);
        state.Write(evidence.At.UtcTicks);
        state.Write(evidence.Facts.Count);
        foreach ((string name, string value) in evidence.Facts)
        {
            state.WriteText(name);
            state.WriteText(value);
        }
    }

    public static Evidence ReadEvidence(this BinaryReader state)
    {
        string node = state.ReadText();
        string boot = state.ReadText();
        long sequence = state.ReadInt64();
        string kind = state.ReadText();
        var at = new DateTimeOffset(state.ReadInt64(), TimeSpan.Zero);
        var facts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (int left = state.ReadCount(MostFacts); left > 0; left--) facts[state.ReadText()] = state.ReadText();
        return new Evidence(node, boot, sequence, kind, at, facts.ToImmutable());
    }

    /// <summary>Facts beside one piece of evidence; a detector states a handful.</summary>
    public const int MostFacts = 256;
}
