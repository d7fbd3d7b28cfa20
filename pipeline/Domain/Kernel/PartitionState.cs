using System.Collections.Immutable;
using System.Text;

namespace Pipeline.Domain.Kernel;

/// <summary>Saved state of one part of a partition: of enrichment or of one detector.</summary>
/// <param name="Version">A part takes over only state of its own version.</param>
public sealed record StateSection(string Name, int Version, ReadOnlyMemory<byte> Bytes)
{
    public BinaryReader Open() => new(new MemoryStream(Bytes.ToArray(), writable: false), Encoding.UTF8);

    /// <summary>Whether reading state failed because of what it holds.</summary>
    public static bool IsDamage(Exception e) =>
        e is IOException or InvalidDataException or ArgumentException or OverflowException or FormatException;
}

/// <summary>State that was there and could not be used, and why.</summary>
public sealed record DiscardedState(string Name, string Reason);

/// <summary>
/// The state of a partition at a clean cut as bytes: a checkpoint's content. Sections find their owner by name, so a detector may come or
/// go between two runs.
/// </summary>
public static class PartitionState
{
    /// <summary>"PKS1", little-endian.</summary>
    private const int Mark = 0x31534B50;

    private const int MostSections = 1024;

    public static byte[] Write(IReadOnlyCollection<StateSection> sections)
    {
        ArgumentNullException.ThrowIfNull(sections);
        using var bytes = new MemoryStream();
        using var state = new BinaryWriter(bytes);
        state.Write(Mark);
        state.Write(sections.Count);
        foreach (StateSection section in sections)
        {
            state.WriteText(section.Name);
            state.Write(section.Version);
            state.Write(section.Bytes.Length);
            state.Write(section.Bytes.Span);
        }

        state.Flush();
        return bytes.ToArray();
    }

    /// <summary>Empty bytes are the state of a partition that was never processed.</summary>
    /// <returns>False when the bytes are not such a state.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out ImmutableDictionary<string, StateSection> sections)
    {
        sections = ImmutableDictionary<string, StateSection>.Empty;
        if (bytes.IsEmpty) return true;
        try
        {
            using var state = new BinaryReader(new MemoryStream(bytes.ToArray(), writable: false));
            if (state.ReadInt32() != Mark) return false;
            var found = ImmutableDictionary.CreateBuilder<string, StateSection>();
            for (int left = state.ReadCount(MostSections); left > 0; left--)
            {
                string name = state.ReadText();
                int version = state.ReadInt32();
                byte[] content = state.ReadBytes(state.ReadCount(bytes.Length));
                found[name] = new StateSection(name, version, content);
            }

            sections = found.ToImmutable();
            return true;
        }
        catch (Exception e) when (StateSection.IsDamage(e))
        {
            return false;
        }
    }
}
