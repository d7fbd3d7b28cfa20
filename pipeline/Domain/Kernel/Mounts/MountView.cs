using System.Collections.Immutable;

namespace Pipeline.Domain.Kernel.Mounts;

/// <summary>
/// All mount tables of one boot of a node at a position of the log. Immutable, so that detectors may look while enrichment is ahead.
/// </summary>
/// <param name="Namespaces">By the inode number of the namespace.</param>
/// <param name="Owners">
/// The namespace of each mount. Mount ids are unique on a node, not only in a namespace: the kernel gives them out of one pool
/// (fs/namespace.c, mnt_id_ida).
/// </param>
/// <param name="HostNamespace">Number of the host's own namespace; 0 while unknown.</param>
internal sealed record MountView(
    ImmutableDictionary<uint, MountNamespace> Namespaces, ImmutableDictionary<int, uint> Owners, uint HostNamespace)
{
    public static MountView Empty { get; } = new(
        ImmutableDictionary<uint, MountNamespace>.Empty, ImmutableDictionary<int, uint>.Empty, 0);

    /// <summary>The host's own mounts; null while none was announced.</summary>
    public MountNamespace? Host => HostNamespace != 0 && Namespaces.GetValueOrDefault(HostNamespace) is { Rows.IsEmpty: false } host ? host : null;

    /// <summary>A mount and the namespace that it is in; null when it was not announced, or is another by now.</summary>
    public (MountRow Row, MountNamespace In)? Find(int mountId, ulong device) =>
        mountId != 0 && Owners.TryGetValue(mountId, out uint number)
        && Namespaces[number] is var found && found.Rows[mountId] is var row && row.MayOwn(device)
            ? (row, found) : null;

    public MountView With(MountRow row)
    {
        MountView without = Owners.TryGetValue(row.Id, out uint owner) && owner != row.Namespace ? Without(row.Id) : this;
        MountNamespace into = without.Namespaces.GetValueOrDefault(row.Namespace)
            ?? new MountNamespace(row.Namespace, "", ImmutableDictionary<int, MountRow>.Empty);
        return without with
        {
            Namespaces = without.Namespaces.SetItem(row.Namespace, into.With(row)),
            Owners = without.Owners.SetItem(row.Id, row.Namespace),
        };
    }

    public MountView Without(int mountId) => !Owners.TryGetValue(mountId, out uint number)
        ? this
        : this with { Namespaces = Namespaces.SetItem(number, Namespaces[number].Without(mountId)), Owners = Owners.Remove(mountId) };

    public MountView Without(MountNamespace gone) =>
        this with { Namespaces = Namespaces.Remove(gone.Number), Owners = Owners.RemoveRange(gone.Rows.Keys) };

    public MountView With(MountNamespace changed) => this with { Namespaces = Namespaces.SetItem(changed.Number, changed) };
}
