using System.Net.Http.Headers;
using Agents.NodeAgent.Engines;

namespace Agents.NodeAgent.Docker;

/// <summary>What an engine says it is.</summary>
/// <param name="Runtime">docker or podman.</param>
/// <param name="Inspection">
/// Where to ask about a container. Podman's own address tells more than the one that is Docker's: the capabilities that come out, and which
/// containers only hold a pod's namespaces.
/// </param>
internal sealed record EngineVersion(string Runtime, string Inspection)
{
    public static EngineVersion Docker { get; } = new("docker", "");

    /// <summary>
    /// Reads what comes with the answer to a ping: both engines name the version of Docker's interface that they serve, podman its own as
    /// well. Their /version would tell more, but podman starts half a dozen programs to give it.
    /// </summary>
    /// <exception cref="EngineAwayException">Neither is named.</exception>
    public static EngineVersion Of(HttpResponseHeaders headers)
    {
        if (!headers.Contains("Api-Version")) throw new EngineAwayException("what answers there is not a container engine");
        if (!headers.TryGetValues("Libpod-Api-Version", out IEnumerable<string>? values)) return Docker;
        string version = values.First();
        return new EngineVersion("podman", System.Version.TryParse(version, out _) ? $"v{version}/libpod/" : "");
    }
}
