using System.Text;
using Agents.Descriptions;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Domain.Containers;

namespace Descriptions.Tests;

/// <summary>Reads descriptions as the product does, from text.</summary>
internal static class Reading
{
    public static DescriptionResult[] Read(string text) => [.. ContainerDescriptions.Read(Encoding.UTF8.GetBytes(text))];

    public static ContainerSpec Spec(string text) => Read(text).ShouldHaveSingleItem().ShouldBeOfType<Described>().Spec;

    public static Unreadable Unreadable(string text) => Read(text).ShouldHaveSingleItem().ShouldBeOfType<Unreadable>();

    /// <summary>The content of every finding of the one container in the text.</summary>
    public static string[] Findings(string text) => Findings(Spec(text));

    public static string[] Findings(ContainerSpec spec) => [.. StartupChecks.Evaluate(spec, StartupPolicy.Default).Findings.Select(finding => finding.Content)];
}

/// <summary>docker inspect in miniature, with what a plain docker run shows.</summary>
internal static class Docker
{
    /// <param name="host">Further members of HostConfig; the last of two with one name wins.</param>
    public static string Inspect(string host = "", string mounts = "", string more = "") =>
        $$"""
        [{
          "Id": "0123456789abcdef", "Name": "/web", "Path": "/bin/app", "Args": ["--serve"], "Image": "sha256:aa", "Platform": "linux",
          "HostConfig": {
            "Binds": null, "NetworkMode": "default", "CapAdd": null, "CapDrop": null, "IpcMode": "private", "CgroupnsMode": "host", "PidMode": "",
            "Privileged": false, "SecurityOpt": null, "UTSMode": "", "UsernsMode": "" {{(host.Length > 0 ? "," + host : "")}}
          },
          "Mounts": [{{mounts}}],
          "Config": { "Image": "app:1", "User": "1000", "WorkingDir": "/srv", "Labels": { "team": "a" } } {{(more.Length > 0 ? "," + more : "")}}
        }]
        """;

    /// <summary>docker run -v, as the engine resolves it.</summary>
    public static string Volume(string source, string destination, bool readOnly = false) =>
        $$"""{"Type":"bind","Source":"{{source}}","Destination":"{{destination}}","Mode":"","RW":{{(readOnly ? "false" : "true")}},"Propagation":"rprivate"}""";
}
