using System.Collections.Immutable;
using System.Reflection;
using Pipeline.Detection;
using Pipeline.Detection.Rules;
using Xunit.v3;

namespace Detection.Tests.Proof;

/// <summary>
/// Says which rules a test is a proof of, and holds the test to it: after the test its scripts must have shown it. The page of what is
/// covered (docs/coverage.md) names the tests by these attributes.
/// </summary>
/// <param name="rules">Ids, or "SC-01 to SC-10" for all from the first to the last.</param>
[AttributeUsage(AttributeTargets.Method)]
public abstract class RuleProofAttribute(params string[] rules) : BeforeAfterTestAttribute, ITraitAttribute
{
    public ImmutableArray<string> Rules { get; } = [.. rules.SelectMany(RuleIds.Expand)];

    protected abstract string Trait { get; }

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. Rules.Select(rule => KeyValuePair.Create(Trait, rule))];

    public sealed override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        ImmutableArray<JudgedScript> scripts = JudgedScripts.Of(test.UniqueID);

        // The rows of a theory share what it proves between them.
        bool anyWillDo = test.TestMethodArguments.Length > 0;
        string[] unproved = [.. Rules.Where(rule => !scripts.Any(script => Proves(script, Catalog.Rules.Single(r => r.Id == rule))))];
        if (anyWillDo ? unproved.Length == Rules.Length : unproved.Length > 0)
            throw new InvalidOperationException($"No script of this test {Trait.ToLowerInvariant()} {string.Join(", ", unproved)}");
    }

    protected abstract bool Proves(JudgedScript script, RuleFacts rule);
}

/// <summary>The test has a script that raises an alarm of each of these rules; each row of a theory one of at least one of them.</summary>
public sealed class RaisesAttribute(params string[] rules) : RuleProofAttribute(rules)
{
    protected override string Trait => "Raises";

    protected override bool Proves(JudgedScript script, RuleFacts rule) => script.Raised.Contains(rule.Id);
}

/// <summary>
/// The test has a script of something that resembles what each of these rules looks for, which their detector is shown and which raises
/// no alarm of theirs; each row of a theory one for at least one of them.
/// </summary>
public sealed class SparesAttribute(params string[] rules) : RuleProofAttribute(rules)
{
    protected override string Trait => "Spares";

    protected override bool Proves(JudgedScript script, RuleFacts rule) =>
        script.Detectors.Contains(rule.Detector.Name) && !script.Raised.Contains(rule.Id);
}
