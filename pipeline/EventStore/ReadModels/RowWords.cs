using Npgsql;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore.ReadModels;

/// <summary>Words of the alarm vocabulary in columns.</summary>
internal static class RowWords
{
    public static TWord Read<TWord>(NpgsqlDataReader row, int column) where TWord : struct, Enum =>
        Spelling.TryRead(row.GetString(column), out TWord word)
            ? word
            : throw new InvalidDataException($"Unknown {typeof(TWord).Name} in {Tables.Alarms}: {row.GetString(column)}");
}
