using System.Reflection;
using Pipeline.Detection;
using Pipeline.Detection.Rules;
using Pipeline.Domain.Events;

namespace Detection.Tests.Proof;

/// <summary>The facts of the rules are whole, and every rule has its proofs.</summary>
public sealed class RuleFactsTests
{
    private static readonly RuleProofAttribute[] Proofs =
        [.. typeof(RuleFactsTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()).SelectMany(method =>
            method.GetCustomAttributes<RuleProofAttribute>())];

    public static TheoryData<string> Rules => [.. Catalog.Rules.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_has_a_test_that_raises_it_and_one_that_spares_its_neighbours(string rule)
    {
        Proofs.OfType<RaisesAttribute>().ShouldContain(proof => proof.Rules.Contains(rule), $"[Raises(\"{rule}\")]");
        Proofs.OfType<SparesAttribute>().ShouldContain(proof => proof.Rules.Contains(rule), $"[Spares(\"{rule}\")]");
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_says_what_it_is(string id)
    {
        RuleFacts rule = Catalog.Rules.Single(r => r.Id == id);

        rule.Title.ShouldNotBeEmpty();
        rule.Blind.ShouldNotBeEmpty();
        rule.Attack.ShouldNotBeEmpty();
        rule.ClassIds.ShouldNotBeEmpty();
        (rule.Least <= rule.Most).ShouldBeTrue();
        rule.Inputs.Kinds.ShouldNotBe(default);
        (rule.Inputs.Kinds & ~rule.Detector.Kinds).ShouldBe(default, "it asks for what its detector is not shown");
        foreach (string call in rule.Inputs.Calls) SyscallNames.TryNumber(call, NodeArchitecture.X64, out _).ShouldBeTrue(call);
    }

    [Fact]
    public void Rule_ids_are_given_once_and_every_detector_has_rules()
    {
        Catalog.Rules.Select(rule => rule.Id).ShouldBeUnique();
        Catalog.Rules.Select(rule => rule.Detector.Name).Distinct().Order()
            .ShouldBe(Catalog.Detectors.Select(detector => detector.Spec.Name).Order());
    }

    [Fact]
    public void Proofs_name_rules_of_the_catalogue() =>
        Proofs.SelectMany(proof => proof.Rules).Except(Catalog.Rules.Select(rule => rule.Id)).ShouldBeEmpty();
}
