using System.Text;

namespace Agents.Importers;

/// <summary>
/// One name for each container: sensors write the id in full (64 digits) at one place and shortened (12 or 31) at another. The first form
/// met is kept. Not thread-safe.
/// </summary>
internal sealed class ContainerNames
{
    /// <summary>Containers of one recording that are told apart.</summary>
    public const int Most = 65_536;

    private const int ShortLength = 12;

    private readonly Dictionary<string, Utf8Text> _byPrefix = new(StringComparer.Ordinal);

    public Utf8Text NameOf(ReadOnlySpan<byte> id)
    {
        if (id.IsEmpty) return default;
        if (id.Length < ShortLength) return Utf8Text.Of(id);
        string prefix = Encoding.Latin1.GetString(id[..ShortLength]);
        if (_byPrefix.TryGetValue(prefix, out Utf8Text known)) return known;
        Utf8Text name = Utf8Text.Of(id);
        if (_byPrefix.Count < Most) _byPrefix.Add(prefix, name);
        return name;
    }
}
