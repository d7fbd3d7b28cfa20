using System.Text.RegularExpressions;
using Pipeline.Detection;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Processing;
using Testing;

namespace Architecture.Tests;

/// <summary>An alarm type is whole: it has a name and type of its own, an actor, and a description for its users.</summary>
public sealed partial class CatalogTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "alarms.md"));

    public static TheoryData<string> Detectors => [.. Catalog.Detectors.Select(d => d.Spec.Name)];

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Every_detector_says_of_itself_what_the_catalogue_says(string name)
    {
        DetectorFactory factory = Catalog.Detectors.Single(d => d.Spec.Name == name);

        factory.Create().Spec.ShouldBe(factory.Spec);
        factory.Spec.Kinds.ShouldNotBe(EventKinds.None);
    }

    [Fact]
    public void Names_and_alarm_types_are_given_once()
    {
        Catalog.Detectors.Select(d => d.Spec.Name).ShouldBeUnique();
        Catalog.Detectors.Select(d => d.Spec.Type).ShouldBeUnique();
    }

    [Fact]
    public void Every_detector_has_an_actor_type_of_its_own()
    {
        DetectorRoster roster = DetectorRoster.Of(Catalog.Detectors);

        roster.Posts.Select(p => p.Actor).ShouldBeUnique();
        roster.Posts.ShouldAllBe(p => p.Actor.IsSealed && p.Actor.IsSubclassOf(typeof(DetectorActor)));
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void Every_detector_is_described_in_the_document_on_alarms(string name) => Document.ShouldContain($"`{name}`");

    [Fact]
    public void Every_rule_is_described_in_the_document_on_alarms()
    {
        string[] rules = [.. SourceTree.Files(".cs")
            .Where(path => SourceTree.Name(path).StartsWith("pipeline/Detection/", StringComparison.Ordinal))
            .SelectMany(path => RuleId().Matches(File.ReadAllText(path))).Select(match => match.Groups[1].Value).Distinct()];

        rules.ShouldNotBeEmpty();
        rules.Where(rule => !Document.Contains(rule, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [GeneratedRegex("\"([A-Z]{2}-[0-9]{2})\"")]
    private static partial Regex RuleId();
}
