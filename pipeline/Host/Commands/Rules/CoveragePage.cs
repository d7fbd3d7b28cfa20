using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Pipeline.Detection.Rules;
using Pipeline.Domain.Kernel;

namespace Pipeline.Host.Commands.Rules;

/// <summary>docs/coverage.md: what each rule is, what it needs, what it does not see, and what proves it.</summary>
internal static class CoveragePage
{
    private const string Head =
        """
        # What is covered

        Generated: `./alarmctl rules coverage > docs/coverage.md`; a test compares. The facts are those of the catalogue that the detectors
        raise alarms with, the costs those of [perf/detection.md](perf/detection.md) (nanoseconds for each event of the mix, whether or not
        the detector wants it), the tests those of `tests/Detection.Tests` that say so by attribute: **+** raises the rule, **-** does
        something alike and raises none. Each of their scripts runs on the kernel, through the actors, and through broker and PostgreSQL
        ([adding an alarm](adding-an-alarm.md)).


        """;

    public static string Of(ImmutableArray<RuleFacts> rules, SourceProofs proofs, DetectorCosts costs)
    {
        IGrouping<DetectorSpec, RuleFacts>[] detectors = [.. rules.GroupBy(rule => rule.Detector)];
        var page = new StringBuilder(Head);
        page.Append(CultureInfo.InvariantCulture, $"{rules.Length} rules of {detectors.Length} detectors.\n");
        foreach (IGrouping<DetectorSpec, RuleFacts> detector in detectors)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {detector.Key.Name}\n\nVersion {detector.Key.Version}. ");
            page.Append(CultureInfo.InvariantCulture, $"Costs {costs.Of(detector.Key.Name)} an event.\n\n");
            page.Append("| rule | what | class id | ATT&CK | severity | inputs | blind to |\n|---|---|---|---|---|---|---|\n");
            foreach (RuleFacts rule in detector) page.Append(Row(FactsOf(rule)));
            page.Append("\n| rule | tests |\n|---|---|\n");
            foreach (RuleFacts rule in detector) page.Append(Row([rule.Id, string.Join("<br>", TestsOf(rule, proofs))]));
        }

        return page.ToString();
    }

    private static string[] FactsOf(RuleFacts rule) =>
    [
        rule.Id, rule.Title, RuleWords.Classes(rule), string.Join(", ", rule.Attack), RuleWords.Severity(rule), RuleWords.Inputs(rule),
        rule.Blind,
    ];

    private static IEnumerable<string> TestsOf(RuleFacts rule, SourceProofs proofs) =>
        [.. Signed('+', proofs.Raising(rule.Id)), .. Signed('-', proofs.Sparing(rule.Id))];

    private static string Row(string[] cells) => $"| {string.Join(" | ", cells)} |\n";

    private static IEnumerable<string> Signed(char sign, ImmutableArray<string> tests) => tests.Select(test => $"{sign} `{test}`");
}
