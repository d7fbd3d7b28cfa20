using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipeline.Detection;
using Pipeline.Detection.Explaining;
using Pipeline.Domain.Kernel;
using Pipeline.Ingest.Reading;

namespace Pipeline.Host.Commands.Explain;

/// <summary>
/// Says why events did or did not alarm: reads the log of their node once more, runs the detectors over it and prints what they weighed.
/// </summary>
internal static class ExplainCommand
{
    /// <summary>Nothing in the log is what was asked about.</summary>
    private const int NotFound = 1;

    private const string Beginning = "beginning";

    public static Command Create()
    {
        var options = new ExplainOptions();
        var command = new Command(
            "explain",
            "Say why an event, or the events of a container, did or did not alarm: each detector's conditions with their values, "
            + "the first that failed, what suppressed it. Reads the log of the node and changes nothing. "
            + "Exit code 0: explained, 1: no such event, 2: it could not be done.");
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, options, cancellation), cancellation));
        return command;
    }

    private static int Run(ParseResult parsed, ExplainOptions options, CancellationToken cancellation)
    {
        TextWriter errors = parsed.InvocationConfiguration.Error;
        if (options.Question(parsed) is not { } question)
        {
            errors.WriteLine("alarmctl explain: name an event with --boot and --sequence, or a container with --container");
            return AlarmCtl.Unusable;
        }

        if (PolicyFile.Read(parsed, options.Policy, "explain") is not { } policy) return AlarmCtl.Unusable;
        var explanation = new Explanation(Catalog.Under(policy), question, parsed.GetValue(options.Limit));
        try
        {
            NodeLogSummary summary = NodeLog.Read(options.Request(parsed, question.Node), batch =>
            {
                explanation.Feed(batch);
                return !question.IsAnswered(batch);
            }, cancellation);
            IExplainReport report = parsed.GetValue(options.Format) == ExplainOptions.Json
                ? new JsonExplainReport(parsed.InvocationConfiguration.Output)
                    : new TableExplainReport(parsed.InvocationConfiguration.Output);
            report.Write(explanation, summary, policy);
            return explanation.Events.IsEmpty ? NotFound : 0;
        }
        catch (Exception e) when (e is NodeLogException or DetectorFaultException)
        {
            errors.WriteLine($"alarmctl explain: {Printable.Of(e.Message)}");
            return AlarmCtl.Unusable;
        }
    }

    /// <summary>"beginning", an offset, or an instant.</summary>
    public static NodeLogStart? ReadStart(ArgumentResult given)
    {
        string text = given.Tokens[0].Value;
        if (text == Beginning) return new NodeLogStart.Beginning();
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long offset)) return new NodeLogStart.AtOffset(offset);
        if (ReadTime(text) is { } time) return new NodeLogStart.AtTime(time);
        given.AddError($"--from wants {Beginning}, an offset, or a time such as 2026-03-01T10:00:00Z, not '{text}'");
        return null;
    }

    /// <summary>An instant with its offset from UTC; without one it is UTC.</summary>
    public static DateTimeOffset? ReadTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
