using Pipeline.Schemas;
using Pipeline.Schemas.Evolution;
using Testing;

namespace Schemas.Tests.Evolution;

public sealed class PublishedSchemasTests
{
    public static TheoryData<string> Subjects => [.. SchemaCatalog.Published.Select(version => version.Subject).Distinct()];

    [Fact]
    public void Publishes_the_contract() => SchemaCatalog.Published.Select(version => version.Subject).Distinct().ShouldBe(["alarm-state", "alarms", "dead-letters", "node-events"]);

    [Theory]
    [MemberData(nameof(Subjects))]
    public void The_contract_is_the_newest_published_version(string subject) =>
        File.ReadAllText(Path.Combine(Repository.Root, "schemas", "avro", subject + ".avsc")).ShouldBe(SchemaCatalog.Newest(subject).Json);

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Versions_are_numbered_without_gaps(string subject)
    {
        int[] versions = [.. SchemaCatalog.Published.Where(version => version.Subject == subject).Select(version => version.Version)];

        versions.ShouldBe(Enumerable.Range(1, versions.Length));
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Every_version_may_follow_every_older_one_and_itself(string subject)
    {
        SchemaVersion[] versions = [.. SchemaCatalog.Published.Where(version => version.Subject == subject)];
        foreach (SchemaVersion newer in versions)
        {
            foreach (SchemaVersion older in versions.Where(other => other.Version <= newer.Version))
                SchemaEvolution.CheckSuccessor(older.Schema, newer.Schema).ShouldBeEmpty($"{subject} {older.Version} -> {newer.Version}");
        }
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Every_version_is_documented_and_has_sound_defaults(string subject)
    {
        foreach (SchemaVersion version in SchemaCatalog.Published.Where(version => version.Subject == subject))
            SchemaRules.Check(version.Schema).ShouldBeEmpty($"{subject} {version.Version}");
    }

    [Fact]
    public void A_fingerprint_belongs_to_one_subject() =>
        SchemaCatalog.Published.GroupBy(version => version.Fingerprint).ShouldAllBe(group => group.Select(version => version.Subject).Distinct().Count() == 1);

    [Fact]
    public void Finds_a_version_by_its_fingerprint()
    {
        SchemaVersion newest = SchemaCatalog.Newest("node-events");

        SchemaCatalog.Find(newest.Fingerprint).ShouldBe(newest);
        SchemaCatalog.Find(newest.Fingerprint + 1).ShouldBeNull();
    }
}
