using System.Text.Json;
using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Policies;
using Pipeline.Policies.Writing;
using Testing;
using Testing.Scripts;

namespace Policies.Tests;

/// <summary>The built-in policy as a document: whole, readable and committed.</summary>
public sealed class DefaultPolicyTests
{
    private static readonly string Document = PolicyYaml.Write(DetectionPolicy.Default, SettingReasons.OfDetection());

    [Fact]
    public void Written_and_read_it_is_the_same_policy()
    {
        PolicyReading reading = PolicyYaml.Read(Document);

        reading.Faults.ShouldBeEmpty();
        JsonSerializer.Serialize(reading.Policy).ShouldBe(JsonSerializer.Serialize(DetectionPolicy.Default));
        PolicyYaml.Write(reading.Policy!, SettingReasons.OfDetection()).ShouldBe(Document);
    }

    [Fact]
    public void An_empty_document_is_the_built_in_policy() =>
        JsonSerializer.Serialize(PolicyYaml.Read("# nothing\n").Policy).ShouldBe(JsonSerializer.Serialize(DetectionPolicy.Default));

    [Fact]
    public void The_committed_document_is_the_built_in_policy() =>
        File.ReadAllText(Path.Combine(Repository.Root, "docs", "default-policy.yaml"))
            .ShouldBe(Document, "run: ./alarmctl policy default > docs/default-policy.yaml, and review what changed");

    [Fact]
    public void Each_setting_has_its_reason_above_it() =>
        Document.ShouldContain("# Window of the above in seconds; tools need one, a person at a shell a few.\n  probing-seconds: 10\n");

    [Fact]
    public void Alarms_name_the_policy_they_were_raised_under()
    {
        DetectionPolicy policy = PolicyYaml.Read("id: site\nversion: 7\n").Policy!;

        AlarmRaised alarm = Script.OnNode("n1").Created("c1", Some.PrivilegedSpec())
            .Run(Catalog.Under(policy)).OfType<AlarmRaised>().Single();

        (alarm.PolicyId, alarm.PolicyVersion).ShouldBe(("site", 7));
    }

    [Fact]
    public void A_policy_changes_what_alarms()
    {
        DetectionPolicy policy = PolicyYaml.Read("abnormal-startup: { privileged-severity: critical }").Policy!;

        Script.OnNode("n1").Created("c1", Some.PrivilegedSpec())
            .ThenAlarms(Catalog.Under(policy), "raised AS-01 Critical web: privileged:true");
    }
}
