using System.Text.Json;
using Pipeline.Detection;
using Testing;

namespace CommandLine.Tests;

public sealed class RulesCommandTests
{
    [Fact]
    public void Every_rule_has_a_line()
    {
        (int code, string output, string error) = Cli.Run("rules", "list");

        (code, error).ShouldBe((0, ""));
        foreach (string rule in Catalog.Rules.Select(rule => rule.Id)) output.ShouldContain($" {rule} ");
    }

    [Fact]
    public void The_list_can_be_had_as_json()
    {
        (_, string output, _) = Cli.Run("rules", "list", "--output", "json");

        JsonElement[] rules = [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];
        rules.Length.ShouldBe(Catalog.Rules.Length);
        JsonElement setns = rules.Single(rule => rule.GetProperty("id").GetString() == "SC-03");
        setns.GetProperty("inputs").GetProperty("calls")[0].GetString().ShouldBe("setns");
        setns.GetProperty("mostSeverity").GetString().ShouldBe("high");
    }

    [Fact]
    public void One_rule_is_shown_with_what_it_needs_and_does_not_see()
    {
        (int code, string output, _) = Cli.Run("rules", "show", "ve-09");

        code.ShouldBe(0);
        output.ShouldStartWith("VE-09: a file of the host opened by its handle");
        output.ShouldContain("name_to_handle_at");
        output.ShouldContain("blind to");
    }

    [Fact]
    public void A_rule_that_does_not_exist_is_an_error() =>
        Cli.Run("rules", "show", "VE-99").ShouldBe(
            (2, "", $"alarmctl rules: there is no rule VE-99; alarmctl rules list names all{Environment.NewLine}"));

    [Fact]
    public void A_directory_without_sources_is_an_error() => Cli.Run("rules", "coverage", "--source", "/nowhere").Code.ShouldBe(2);

    [Fact]
    public void The_page_of_what_is_covered_is_the_one_of_these_sources()
    {
        (int code, string page, _) = Cli.Run("rules", "coverage", "--source", Repository.Root);

        code.ShouldBe(0);
        page.ShouldNotContain("not measured");
        page.ShouldBe(
            File.ReadAllText(Path.Combine(Repository.Root, "docs", "coverage.md")),
            "run: ./alarmctl rules coverage > docs/coverage.md, and review what changed");
    }
}
