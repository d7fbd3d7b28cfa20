using System.Collections.Immutable;

namespace Pipeline.Schemas.Binary;

/// <summary>The two collections that records share: array of string and map of string.</summary>
internal static class Collections
{
    public static void Strings(this ref AvroWriter writer, ImmutableArray<string> values)
    {
        writer.BeginItems(values.Length);
        foreach (string value in values) writer.String(value);
        writer.EndItems();
    }

    public static ImmutableArray<string> Strings(this ref AvroReader reader)
    {
        ImmutableArray<string>.Builder values = ImmutableArray.CreateBuilder<string>();
        AvroReader.ItemCursor items = reader.BeginItems();
        while (reader.Next(ref items)) values.Add(reader.String());
        return values.DrainToImmutable();
    }

    public static void Map(this ref AvroWriter writer, ImmutableSortedDictionary<string, string> values)
    {
        writer.BeginItems(values.Count);
        foreach ((string key, string value) in values)
        {
            writer.String(key);
            writer.String(value);
        }

        writer.EndItems();
    }

    /// <summary>Of a key that comes twice the last value counts, as in other readers.</summary>
    public static ImmutableSortedDictionary<string, string> Map(this ref AvroReader reader)
    {
        ImmutableSortedDictionary<string, string>.Builder values =
            ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        AvroReader.ItemCursor items = reader.BeginItems();
        while (reader.Next(ref items)) values[reader.String()] = reader.String();
        return values.ToImmutable();
    }
}
