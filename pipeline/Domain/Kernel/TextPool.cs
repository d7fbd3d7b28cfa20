using System.Text;
using Pipeline.Domain.Events;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// Gives texts that are met again and again (programs, command lines, mount points) as one string and without decoding them each time. A
/// text that its slot is taken from is merely made anew: what strings say never depends on the pool, which is no part of the state. A text
/// gets a slot when it is met a second time: those that are met once (command lines with a number in them) would only drive out others.
/// Not thread-safe.
/// </summary>
internal sealed class TextPool
{
    /// <summary>Slots, a power of two. A few thousand different programs, paths and containers are on a node at a time.</summary>
    private const int Slots = 8192;

    private readonly Slot[] _slots = new Slot[Slots];

    /// <summary>The text, at most <paramref name="most"/> characters of it.</summary>
    public string Text(EventBatch batch, Text text, int most)
    {
        if (text.IsEmpty) return "";

        // A character takes at most four bytes: more than that of a huge text need not be decoded.
        ReadOnlySpan<byte> utf8 = batch.Utf8(text);
        return Text(utf8[..Math.Min(utf8.Length, most * 4)], most);
    }

    /// <summary>Arguments that each end with a NUL byte, with a space between them.</summary>
    public string CommandLine(EventBatch batch, Text arguments, int most)
    {
        if (arguments.IsEmpty) return "";
        ReadOnlySpan<byte> utf8 = batch.Utf8(arguments);
        Span<byte> line = stackalloc byte[Math.Min(utf8.Length, most * 4)];
        utf8[..line.Length].CopyTo(line);
        line = line.TrimEnd((byte)0);
        line.Replace((byte)0, (byte)' ');
        return Text(line, most);
    }

    /// <summary>A string that is equal to this one.</summary>
    public string Same(string text)
    {
        if (text.Length == 0) return "";
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        int hash = Utf8Texts.Hash(utf8);
        ref Slot slot = ref _slots[hash & (Slots - 1)];
        if (slot.Text == text) return slot.Text;
        slot = new Slot(utf8, text, hash);
        return text;
    }

    private string Text(ReadOnlySpan<byte> utf8, int most)
    {
        int hash = Utf8Texts.Hash(utf8);
        ref Slot slot = ref _slots[hash & (Slots - 1)];
        if (slot.Utf8 is not null && slot.Text!.Length <= most && utf8.SequenceEqual(slot.Utf8)) return slot.Text;
        string text = Encoding.UTF8.GetString(utf8);
        if (text.Length > most) return StateFormat.Cut(text, most); // kept by few
        if (slot.Asked == hash) slot = new Slot(utf8.ToArray(), text, hash);
        else slot.Asked = hash;
        return text;
    }

    /// <param name="Asked">Hash of the text that was asked for here last and was not it.</param>
    private record struct Slot(byte[]? Utf8, string? Text, int Asked);
}
