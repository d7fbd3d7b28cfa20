using System.CommandLine;
using Pipeline.Detection;
using Pipeline.Detection.Rules;
using Pipeline.Domain.Alarms;
using Pipeline.Host.Commands.Alarms;
using Spectre.Console;

namespace Pipeline.Host.Commands.Rules;

/// <summary>Prints what the rules are, from the catalogue that the detectors raise alarms with.</summary>
internal static class RulesCommand
{
    private const string Json = "json";

    public static Command Create() => new("rules", "Print the rules that alarms are raised by.") { List(), Show(), Coverage() };

    private static Command List()
    {
        Option<string> output = Output();
        var command = new Command("list", "One line for each rule.") { output };
        command.SetAction(parsed => Write(parsed, output, Catalog.Rules, Table));
        return command;
    }

    private static Command Show()
    {
        Option<string> output = Output();
        var id = new Argument<string>("RULE") { Description = "The rule's id, for example VE-01." };
        var command = new Command("show", "Everything about one rule. Exit code 2: there is none of that id.") { id, output };
        command.SetAction(parsed =>
        {
            string wanted = parsed.GetValue(id)!;
            RuleFacts[] found = [.. Catalog.Rules.Where(rule => rule.Id.Equals(wanted, StringComparison.OrdinalIgnoreCase))];
            if (found.Length > 0) return Write(parsed, output, found, Details);
            parsed.InvocationConfiguration.Error.WriteLine(
                $"alarmctl rules: there is no rule {Printable.Of(wanted)}; alarmctl rules list names all");
            return AlarmCtl.Unusable;
        });
        return command;
    }

    private static Command Coverage()
    {
        var source = new Option<string>("--source")
        {
            Description = "Checkout whose tests and measurements are named.",
            DefaultValueFactory = _ => ".",
        };
        var command = new Command(
            "coverage", "Print the page docs/coverage.md: each rule with its inputs, tests and cost. For a checkout of the sources.")
        {
            source,
        };
        command.SetAction(parsed =>
        {
            string root = parsed.GetValue(source)!;
            try
            {
                parsed.InvocationConfiguration.Output.Write(CoveragePage.Of(Catalog.Rules, SourceProofs.In(root), DetectorCosts.In(root)));
                return 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"alarmctl rules: {Printable.Of(e.Message)}");
                return AlarmCtl.Unusable;
            }
        });
        return command;
    }

    private static Option<string> Output()
    {
        var output = new Option<string>("--output", "-o") { Description = "table or json.", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", Json);
        return output;
    }

    private static int Write(
        ParseResult parsed, Option<string> output, IReadOnlyList<RuleFacts> rules, Action<IReadOnlyList<RuleFacts>, TextWriter> table)
    {
        TextWriter to = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(output) == Json) AlarmListReport.WriteJson(rules.Select(AsJson), to);
        else table(rules, to);
        to.Flush();
        return 0;
    }

    private static void Table(IReadOnlyList<RuleFacts> rules, TextWriter output)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("rule", "detector", "severity", "ATT&CK", "class id", "what");
        foreach (RuleFacts rule in rules)
        {
            table.AddRow(
                new Text(rule.Id), new Text(rule.Detector.Name), new Text(RuleWords.Severity(rule)),
                new Text(string.Join(' ', rule.Attack)), new Text(RuleWords.Classes(rule)), new Text(rule.Title));
        }

        ReportConsole.Over(output).Write(table);
    }

    private static void Details(IReadOnlyList<RuleFacts> rules, TextWriter output)
    {
        foreach (RuleFacts rule in rules)
        {
            output.WriteLine($"{rule.Id}: {rule.Title}");
            output.WriteLine($"  detector  {rule.Detector.Name}, version {rule.Detector.Version}");
            output.WriteLine($"  severity  {RuleWords.Severity(rule)}");
            output.WriteLine($"  ATT&CK    {string.Join(", ", rule.Attack)}");
            output.WriteLine($"  class id  {RuleWords.Classes(rule)}");
            output.WriteLine($"  inputs    {RuleWords.Inputs(rule)}");
            output.WriteLine($"  blind to  {rule.Blind}");
        }
    }

    private static object AsJson(RuleFacts rule) => new
    {
        id = rule.Id,
        title = rule.Title,
        detector = rule.Detector.Name,
        type = Spelling.Of(rule.Detector.Type),
        leastSeverity = Spelling.Of(rule.Least),
        mostSeverity = Spelling.Of(rule.Most),
        attack = rule.Attack,
        classIds = rule.ClassIds.Where(classId => classId.Length > 0),
        inputs = new { kinds = RuleWords.KindsOf(rule), calls = rule.Inputs.Calls, files = RuleWords.FilesOf(rule) },
        blind = rule.Blind,
    };
}
