using System.Text;
using Agents.NodeAgent.Redaction;

namespace NodeAgent.Tests.Redaction;

public sealed class RedactionRulesTests
{
    [Fact]
    public void Adds_rules_to_the_default_ones()
    {
        (RedactionRules rules, IReadOnlyList<RuleFault> faults) = RedactionRules.Parse(
            "# ours\n\nname *_pin\nexcept shared_password\ntoken acme_ 5\nflag acmectl,acme login -k both after =\n");

        faults.ShouldBeEmpty();
        Redact(rules, "t|--card-pin=1|--shared-password=x|--password=y|acme_12345|").ShouldBe("t|--card-pin=***|--shared-password=x|--password=***|***|");
        Redact(rules, "acmectl|login|-k|a=b|").ShouldBe("acmectl|login|-k|a=***|");
        Redact(rules, "acmectl|list|-k|a=b|").ShouldBe("acmectl|list|-k|a=b|");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("name")]
    [InlineData("name *")]
    [InlineData("token ab 4")]
    [InlineData("token abc many")]
    [InlineData("flag mysql")]
    [InlineData("flag mysql -p sometimes")]
    [InlineData("flag mysql p next")]
    public void Says_which_line_cannot_be_used(string line)
    {
        (RedactionRules rules, IReadOnlyList<RuleFault> faults) = RedactionRules.Parse($"name fine\n{line}\nname good\n");

        faults.ShouldHaveSingleItem().Line.ShouldBe(2);
        rules.IsSecret("good").ShouldBeTrue();
    }

    [Fact]
    public void Has_defaults_without_a_fault() => RedactionRules.Parse(DefaultRedactionRules.Text).Faults.ShouldBeEmpty();

    private static string Redact(RedactionRules rules, string arguments) =>
        Encoding.UTF8.GetString(new ArgumentRedactor(rules).Redact(Encoding.UTF8.GetBytes(arguments.Replace('|', '\0')))).Replace('\0', '|');
}
