using Agents.NodeAgent.Files;
using Testing;

namespace NodeAgent.Tests.Files;

public sealed class DescriptionFilesTests : IDisposable
{
    private static readonly string Plain = Path.Combine(Repository.Root, "infra", "demo", "containers", "plain.json");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Takes_the_engines_id_from_docker_inspect()
    {
        DescribedContainer container = DescriptionFiles.Read(Plain).Containers.ShouldHaveSingleItem();

        File.ReadAllText(Plain).ShouldContain($"\"Id\": \"{container.ContainerId}\"");
        container.Description.Spec.Name.ShouldBe("plain");
    }

    [Fact]
    public void Takes_each_id_of_an_array()
    {
        string one = File.ReadAllText(Plain).Trim()[1..^1];
        string id = DescriptionFiles.Read(Plain).Containers[0].ContainerId;
        File.WriteAllText(_directory["two.json"], $"[{one}, {one.Replace(id, new string('f', 64), StringComparison.Ordinal)}]");

        DescriptionFiles.Read(_directory["two.json"]).Containers.Select(container => container.ContainerId).ShouldBe([id, new string('f', 64)]);
    }

    [Fact]
    public void Makes_up_the_same_id_each_time_where_there_is_none_and_a_different_one_for_each_container()
    {
        File.WriteAllText(_directory["pod.yaml"], Pods);

        string[] first = [.. DescriptionFiles.Read(_directory["pod.yaml"]).Containers.Select(container => container.ContainerId)];
        string[] second = [.. DescriptionFiles.Read(_directory["pod.yaml"]).Containers.Select(container => container.ContainerId)];

        first.Length.ShouldBe(3);
        first.Distinct().Count().ShouldBe(3);
        second.ShouldBe(first);
        first.ShouldAllBe(id => id.Length == 64);
    }

    [Fact]
    public void Finds_descriptions_below_a_directory_in_the_order_of_their_names()
    {
        Directory.CreateDirectory(_directory["b"]);
        foreach (string name in new[] { "c.yaml", "a.json", "b/x.yml", "notes.txt" }) File.WriteAllText(_directory[name], "");

        DescriptionFiles.Find(_directory.Path).ShouldBe([_directory["a.json"], _directory["b/x.yml"], _directory["c.yaml"]]);
    }

    [Fact]
    public void Says_where_and_why_a_part_is_not_readable_and_reads_the_others()
    {
        File.WriteAllText(_directory["pod.yaml"], $"{Pods}\n---\nkind: Pod\napiVersion: v1\nspec: 5\n");

        DescriptionFile file = DescriptionFiles.Read(_directory["pod.yaml"]);

        file.Containers.Count.ShouldBe(3);
        UnreadablePart bad = file.Unreadable.ShouldHaveSingleItem();
        bad.Document.ShouldBe(3);
        bad.Place.ShouldContain("spec");
        bad.Reason.ShouldNotBeEmpty();
    }

    private const string Pods = """
        apiVersion: v1
        kind: Pod
        metadata: {name: p}
        spec:
          containers:
            - {name: a, image: i}
            - {name: b, image: i}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: q}
        spec:
          containers:
            - {name: a, image: i}
        """;
}
