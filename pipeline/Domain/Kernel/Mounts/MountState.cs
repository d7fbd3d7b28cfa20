using System.Collections.Immutable;

namespace Pipeline.Domain.Kernel.Mounts;

/// <summary>How the table of one mount namespace is written into saved state.</summary>
internal static class MountState
{
    public static void Save(BinaryWriter state, MountNamespace? table)
    {
        state.WriteText(table?.ContainerId ?? "");
        state.Write(table?.Rows.Count ?? 0);
        if (table is null) return;
        foreach (MountRow row in table.Rows.Values.OrderBy(row => row.Id))
        {
            state.Write(row.Id);
            state.Write(row.ParentId);
            state.Write(row.Device);
            state.WriteText(row.Root);
            state.WriteText(row.Point);
            state.WriteText(row.FileSystem);
            state.WriteText(row.Source);
            state.WriteText(row.Options);
        }
    }

    /// <summary>Adds what was saved of a namespace to a view.</summary>
    public static MountView Load(BinaryReader state, uint number, MountView into, TextPool texts)
    {
        string containerId = texts.Same(state.ReadText());
        for (int left = state.ReadCount(MountTables.MostRowsInNamespace); left > 0; left--)
        {
            into = into.With(new MountRow(
                state.ReadInt32(), state.ReadInt32(), number, state.ReadUInt64(),
                texts.Same(state.ReadText()), texts.Same(state.ReadText()), texts.Same(state.ReadText()), texts.Same(state.ReadText()),
                texts.Same(state.ReadText())));
        }

        if (containerId.Length == 0) return into;
        MountNamespace table = into.Namespaces.GetValueOrDefault(number) ?? new(number, "", ImmutableDictionary<int, MountRow>.Empty);
        return into.With(table.Of(containerId));
    }
}
