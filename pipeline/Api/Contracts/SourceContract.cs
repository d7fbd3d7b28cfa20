using System.ComponentModel;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Contracts;

[Description("Where it happened. Empty strings where unknown.")]
public sealed record SourceContract(
    string Node,
    string Boot,
    string ContainerId,
    string ContainerName,
    string Image,
    string ImageDigest,
    string Namespace,
    string Pod,
    [property: Description("Owner of the pod as kind/name.")] string Workload)
{
    internal static SourceContract From(AlarmSource source) => new(
        source.Node,
        source.Boot,
        source.ContainerId,
        source.ContainerName,
        source.Image,
        source.ImageDigest,
        source.Namespace,
        source.Pod,
        source.Workload);
}
