using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Pipeline.Detection;
using Pipeline.Detection.HighRiskSystemCall;
using Pipeline.Domain.Alarms;
using Pipeline.Policies;

namespace Policies.Tests;

/// <summary>Reading is strict, and says everything at once.</summary>
public sealed class PolicyReadingTests
{
    [Theory]
    [InlineData("abnormal-startup:\n  privileged-severty: high",
        "2:3: abnormal-startup: knows no setting 'privileged-severty'; did you mean privileged-severity?")]
    [InlineData("colour: red", "1:1: knows no setting 'colour'; there are id, version, ")]
    [InlineData("version: 0", "1:10: version: '0' must be from 1 to 2147483647")]
    [InlineData("version: two", "1:10: version: must be a whole number, not 'two'")]
    [InlineData("version: \"2\"", "1:10: version: must be a whole number, not '2'")]
    [InlineData("id: ''", "1:5: id: '' must have 1 to 64 characters")]
    [InlineData("id: [a]", "1:5: id: must be a text, not a list")]
    [InlineData("id: null", "1:5: id: must be a text, not nothing")]
    [InlineData("- a", "1:1: must be a mapping of settings, not a list")]
    [InlineData("abnormal-startup: 5", "1:19: abnormal-startup: must be a mapping of settings, not '5'")]
    [InlineData("abnormal-startup: { alarm-on-inherited-default: yes }",
        "1:49: abnormal-startup.alarm-on-inherited-default: must be true or false, not 'yes'")]
    [InlineData("abnormal-startup: { mount-severity: hihg }",
        "1:37: abnormal-startup.mount-severity: must be one of low, medium, high, critical, not 'hihg'; did you mean high?")]
    [InlineData("abnormal-startup: { too-many-extra-capabilities: -1 }",
        "1:50: abnormal-startup.too-many-extra-capabilities: '-1' must not be negative")]
    [InlineData("abnormal-startup: { gravest-mount-sources: /etc }",
        "1:44: abnormal-startup.gravest-mount-sources: must be a list, not '/etc'")]
    [InlineData("abnormal-startup: { mount-exceptions: [{ read-only: true }] }",
        "1:40: abnormal-startup.mount-exceptions[0]: lacks the setting source")]
    [InlineData("high-risk-system-call: { probing-calls: 1 }", "1:41: high-risk-system-call.probing-calls: '1' must be from 2 to 32")]
    [InlineData("high-risk-system-call: { exceptions: [{ image: a, program: b, calls: [ptrcae] }] }",
        "1:71: high-risk-system-call.exceptions[0].calls[0]: 'ptrcae' is not the name of a system call")]
    [InlineData("id: a\nversion: 2\nid: b", "3:1: has the setting id twice, first in line 1")]
    [InlineData("id: a\n---\nid: b", "2:1: a policy is one document; here begins a second")]
    [InlineData("id: &a x", "1:5: anchors are not supported")]
    [InlineData("id: !!str x", "1:5: tags are not supported")]
    [InlineData("id: *a", "1:5: aliases are not supported")]
    [InlineData("id: [a", "not valid YAML: ")]
    public void What_is_wrong_is_told_with_its_place(string document, string told)
    {
        PolicyReading reading = PolicyYaml.Read(document);

        reading.Policy.ShouldBeNull();
        reading.Faults.ShouldHaveSingleItem().ToString().ShouldContain(told);
    }

    [Fact]
    public void All_faults_are_told_at_once_in_their_order() =>
        PolicyYaml.Read("version: x\nabnormal-startup:\n  mount-severity: bad\n  nothing: 1\nid: 'ok'\nhigh-risk-system-call: []")
            .Faults.Select(fault => fault.Line).ShouldBe([1, 3, 4, 6]);

    [Fact]
    public void A_document_that_is_nested_without_end_is_refused() =>
        PolicyYaml.Read("id: " + new string('[', 5000)).Faults.ShouldHaveSingleItem().Reason.ShouldBe("nested too deeply");

    [Fact]
    public void A_document_of_any_length_is_refused_in_time() =>
        PolicyYaml.Read(new string('a', PolicyYaml.LongestDocument + 1)).Faults.ShouldHaveSingleItem().Line.ShouldBe(0);

    [Fact]
    public void Ten_thousand_wrong_items_are_told_as_a_hundred() =>
        PolicyYaml.Read($"abnormal-startup: {{ mount-exceptions: [{string.Join(',', Enumerable.Repeat("x", 10_000))}] }}")
            .Faults.Length.ShouldBe(100);

    [Fact]
    public void A_list_takes_the_place_of_the_built_in_one_and_the_rest_stays()
    {
        DetectionPolicy policy = PolicyYaml.Read("""
            high-risk-system-call:
              rows:
                - { rule: SC-90, name: mine, calls: [getpid], success: low, denied: null, attack: [], arguments: [{ argument: 1,
                    any-bit: 0x20 }] }
            """).Policy.ShouldNotBeNull();

        SystemCallRow row = policy.HighRiskSystemCall.Rows.ShouldHaveSingleItem();
        (row.Rule, row.Success, row.Denied, row.Enabled).ShouldBe(("SC-90", Severity.Low, null, true));
        row.Arguments.ShouldHaveSingleItem().AnyBit.ShouldBe(0x20UL);
        policy.HighRiskSystemCall.Suppressions.ShouldBe(SystemCallPolicy.Default.Suppressions);
        policy.AbnormalStartup.ShouldBe(DetectionPolicy.Default.AbnormalStartup);
    }

    [Fact]
    public void Every_kind_of_setting_can_be_written()
    {
        (AllKinds? value, ImmutableArray<PolicyFault> faults) = PolicyYaml.Read(
            "long: -5\nreal: 0.25\ntime: 90s\nbits: 0xff\noptional: 3\nwords: [high, low]\ninner: { text: 'a: b' }\n", new AllKinds());

        faults.ShouldBeEmpty();
        value.ShouldNotBeNull();
        (value.Long, value.Real, value.Time, value.Bits, value.Optional).ShouldBe((-5L, 0.25, TimeSpan.FromSeconds(90), 255UL, 3));
        value.Words.ShouldBe([Severity.High, Severity.Low]);
        value.Inner.ShouldBe(new Nested("a: b", 7));
    }

    /// <summary>What records of a policy may be made of.</summary>
    internal sealed record AllKinds
    {
        [Range(-10, 10)]
        public long Long { get; init; }

        public double Real { get; init; }

        public TimeSpan Time { get; init; }

        public ulong Bits { get; init; }

        public int? Optional { get; init; }

        public ImmutableArray<Severity> Words { get; init; } = [];

        public Nested Inner { get; init; } = new("", 7);
    }

    internal sealed record Nested(string Text, int Number);
}
