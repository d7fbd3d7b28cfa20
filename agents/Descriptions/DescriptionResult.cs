using Pipeline.Domain.Containers;

namespace Agents.Descriptions;

/// <summary>
/// What became of one part of a file of container descriptions: <see cref="Described"/>, <see cref="Unreadable"/> or <see
/// cref="NotAContainer"/>.
/// </summary>
public abstract record DescriptionResult
{
    private protected DescriptionResult(int document) => Document = document;

    /// <summary>
    /// Position in the file from 1: a YAML document, a JSON value, or an element of a JSON array at the top. Several containers of one pod
    /// share it.
    /// </summary>
    public int Document { get; }
}

/// <summary>A container as it was described.</summary>
/// <param name="Kind">What described it: docker, podman, oci, cri, or the Kubernetes kind as written ("Pod", "Deployment").</param>
public sealed record Described(int Document, string Kind, ContainerSpec Spec) : DescriptionResult(Document);

/// <summary>A document or container that is not valid. The others of the file are not affected.</summary>
/// <param name="Line">From 1; 0 where there is none to name.</param>
/// <param name="Column">From 1; 0 where there is none to name. In bytes for JSON, in characters for YAML.</param>
/// <param name="Path">The field, as "spec.containers[0].image"; empty for a document that cannot be parsed at all.</param>
/// <param name="Reason">A sentence without its full stop. It may quote the input.</param>
public sealed record Unreadable(int Document, int Line, int Column, string Path, string Reason) : DescriptionResult(Document);

/// <summary>A valid Kubernetes object that starts no container (a Service, a ConfigMap, a custom resource).</summary>
public sealed record NotAContainer(int Document, string Kind) : DescriptionResult(Document);
