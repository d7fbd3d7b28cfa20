namespace Pipeline.Domain.Alarms;

/// <summary>Where it happened. Empty strings where unknown. <paramref name="Workload"/> is "kind/name" of the pod's owner.</summary>
public sealed record AlarmSource(
    string Node,
    string Boot,
    string ContainerId,
    string ContainerName,
    string Image,
    string ImageDigest,
    string Namespace,
    string Pod,
    string Workload)
{
    /// <summary>Whether it says in which container and nothing of what that is. A method, as properties are stored.</summary>
    public bool IsUndescribed() => ContainerId.Length > 0 && Image.Length == 0 && ContainerName.Length == 0;
}
