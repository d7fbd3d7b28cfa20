using System.Xml.Linq;

namespace Architecture.Tests;

/// <summary>
/// Who may know whom (docs/architecture.md). Read from the project files, so that a reference is wrong as soon as it is written.
/// </summary>
public sealed class ReferenceTests
{
    private static readonly string[] PipelineParts = ["Domain", "Detection", "Runtime", "Api", "Schemas"];

    /// <summary>
    /// Adapters may know the pure projects and the ports, never each other. A project that is not listed has to be thought about first.
    /// </summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["pipeline/Domain"] = [],
        ["pipeline/Detection"] = ["Domain"],
        ["schemas/Schemas"] = ["Domain"],
        ["pipeline/Policies"] = ["Domain", "Detection"],
        ["pipeline/Runtime"] = ["Domain", "Detection"],
        ["pipeline/Api"] = ["Domain"],
        ["pipeline/Feeds"] = ["Domain", "Detection"],
        ["pipeline/Ingest"] = PipelineParts,
        ["pipeline/EventStore"] = PipelineParts,
        ["pipeline/Publishing"] = PipelineParts,
        ["pipeline/Archive"] = ["Domain", "Schemas"],
        ["pipeline/Replay"] = [.. PipelineParts, "Archive"],
        ["agents/Descriptions"] = ["Domain"],
        ["agents/Importers"] = ["Domain", "Schemas", "Descriptions"],
        ["agents/NodeAgent"] = ["Domain", "Schemas", "Descriptions", "Importers"],
        ["infra/DevBroker"] = [],
    };

    private static readonly string[] Composition = ["pipeline/Host"];

    [Fact]
    public void Projects_reference_only_what_their_place_allows() => Wrong().ShouldBeEmpty();

    [Theory]
    [InlineData("pipeline/Domain/Domain.csproj")]
    [InlineData("pipeline/Detection/Detection.csproj")]
    public void Pure_projects_need_no_package(string project) =>
        Includes(Path.Combine(Testing.Repository.Root, project), "PackageReference").ShouldBeEmpty();

    [Theory]
    [InlineData(typeof(Pipeline.Domain.Kernel.PartitionKernel))]
    [InlineData(typeof(Pipeline.Detection.Catalog))]
    public void Pure_projects_run_on_the_base_class_library_alone(Type inside) =>
        inside.Assembly.GetReferencedAssemblies().Select(a => a.Name!)
            .Where(name => !name.StartsWith("System", StringComparison.Ordinal) && name != "Pipeline.Domain")
            .ShouldBeEmpty();

    private static IEnumerable<string> Wrong()
    {
        foreach (string path in SourceTree.Files(".csproj"))
        {
            string project = SourceTree.Name(Path.GetDirectoryName(path)!);
            if (project.StartsWith("tests/", StringComparison.Ordinal) || Composition.Contains(project)) continue;
            if (!Allowed.TryGetValue(project, out string[]? allowed))
            {
                yield return $"{project} is not listed in {nameof(ReferenceTests)}";
                continue;
            }

            foreach (string reference in Includes(path, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/'))))
            {
                if (!allowed.Contains(reference)) yield return $"{project} references {reference}";
            }
        }
    }

    private static IEnumerable<string> Includes(string project, string item) =>
        XDocument.Load(project).Descendants(item).Select(e => (string?)e.Attribute("Include")).OfType<string>();
}
