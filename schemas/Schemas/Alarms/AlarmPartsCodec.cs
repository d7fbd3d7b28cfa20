using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.Alarms;

/// <summary>The nested records of an alarm event, and the values that are ids, names and times.</summary>
internal static class AlarmPartsCodec
{
    private const long EarliestUs = -62_135_596_800_000_000;
    private const long LatestUs = 253_402_300_799_999_999;

    public static void Write(ref AvroWriter writer, DateTimeOffset time) =>
        writer.Long((time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    public static DateTimeOffset ReadTime(ref AvroReader reader) =>
        DateTimeOffset.UnixEpoch.AddTicks(reader.Long(EarliestUs, LatestUs) * TimeSpan.TicksPerMicrosecond);

    public static Guid ReadGuid(ref AvroReader reader)
    {
        if (Guid.TryParseExact(reader.String(), "D", out Guid id)) return id;
        reader.Fail(DecodeFault.BadText, "not a UUID");
        return default;
    }

    public static T ReadName<T>(ref AvroReader reader, bool mayBeEmpty)
        where T : struct, Enum
    {
        string name = reader.String();
        if (name.Length == 0 && mayBeEmpty) return default;

        // TryParse takes numbers and lists as well.
        if (Enum.TryParse(name, out T value) && Enum.GetName(value) == name) return value;
        reader.Fail(DecodeFault.BadBranch, $"not a name of {typeof(T).Name}");
        return default;
    }

    public static void Write(ref AvroWriter writer, ImmutableArray<ContentItem> content)
    {
        writer.BeginItems(content.Length);
        foreach (ContentItem item in content)
        {
            writer.String(item.Check);
            writer.String(item.Content);
            writer.String(item.Severity.ToString());
            writer.String(item.Basis);
        }

        writer.EndItems();
    }

    public static ImmutableArray<ContentItem> ReadContent(ref AvroReader reader)
    {
        ImmutableArray<ContentItem>.Builder content = ImmutableArray.CreateBuilder<ContentItem>();
        AvroReader.ItemCursor items = reader.BeginItems();
        while (reader.Next(ref items)) content.Add(ReadContentItem(ref reader));
        return content.DrainToImmutable();
    }

    public static void Write(ref AvroWriter writer, ImmutableArray<AlarmProcess> processes)
    {
        writer.BeginItems(processes.Length);
        foreach (AlarmProcess process in processes)
        {
            writer.Int(process.Pid);
            writer.Int(process.NamespacePid);
            writer.Long(process.StartedBootNs);
            writer.String(process.Path);
            writer.String(process.CommandLine);
            writer.Long(process.Uid);
            writer.Long(process.EffectiveUid);
            writer.String(process.CapEffective);
        }

        writer.EndItems();
    }

    public static ImmutableArray<AlarmProcess> ReadProcesses(ref AvroReader reader)
    {
        ImmutableArray<AlarmProcess>.Builder processes = ImmutableArray.CreateBuilder<AlarmProcess>();
        AvroReader.ItemCursor items = reader.BeginItems();
        while (reader.Next(ref items)) processes.Add(ReadProcess(ref reader));
        return processes.DrainToImmutable();
    }

    public static void Write(ref AvroWriter writer, ImmutableArray<Evidence> evidence)
    {
        writer.BeginItems(evidence.Length);
        foreach (Evidence piece in evidence)
        {
            writer.String(piece.Node);
            writer.String(piece.Boot);
            writer.Long(piece.Sequence);
            writer.String(piece.Kind);
            Write(ref writer, piece.At);
            writer.Map(piece.Facts);
        }

        writer.EndItems();
    }

    public static ImmutableArray<Evidence> ReadEvidence(ref AvroReader reader)
    {
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        AvroReader.ItemCursor items = reader.BeginItems();
        while (reader.Next(ref items)) evidence.Add(ReadOneEvidence(ref reader));
        return evidence.DrainToImmutable();
    }

    private static ContentItem ReadContentItem(ref AvroReader reader) =>
        new(reader.String(), reader.String(), ReadName<Severity>(ref reader, mayBeEmpty: false), reader.String());

    private static AlarmProcess ReadProcess(ref AvroReader reader) => new(
        reader.Int(),
        reader.Int(),
        reader.Long(),
        reader.String(),
        reader.String(),
        (uint)reader.Long(0, uint.MaxValue),
        (uint)reader.Long(0, uint.MaxValue),
        reader.String());

    private static Evidence ReadOneEvidence(ref AvroReader reader) =>
        new(reader.String(), reader.String(), reader.Long(), reader.String(), ReadTime(ref reader), reader.Map());
}
