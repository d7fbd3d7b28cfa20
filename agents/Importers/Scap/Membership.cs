namespace Agents.Importers.Scap;

/// <summary>Where a thread's cgroups put it.</summary>
/// <param name="ContainerId">Empty for the host's.</param>
/// <param name="Path">The path that names the container, else the first.</param>
internal readonly record struct Membership(Utf8Text ContainerId, Utf8Text Path)
{
    /// <param name="groups">subsystem=/path, each ended by NUL.</param>
    public static Membership Of(ReadOnlySpan<byte> groups, ContainerNames containers)
    {
        ReadOnlySpan<byte> first = default;
        foreach (Range range in groups.Split((byte)0))
        {
            ReadOnlySpan<byte> group = groups[range];
            int equals = group.IndexOf((byte)'=');
            if (equals < 0) continue;
            ReadOnlySpan<byte> path = group[(equals + 1)..];
            if (first.IsEmpty) first = path;
            ReadOnlySpan<byte> id = CgroupContainer.IdIn(path);
            if (!id.IsEmpty) return new Membership(containers.NameOf(id), Utf8Text.Of(path));
        }

        return new Membership(default, Utf8Text.Of(first));
    }
}
