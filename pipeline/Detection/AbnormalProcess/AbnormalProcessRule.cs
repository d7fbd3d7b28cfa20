using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalProcess;

/// <summary>AP-01 as an alarm. The texts are for somebody who is woken by it and does not know the container.</summary>
internal sealed class AbnormalProcessRule(AbnormalProcessPolicy policy)
{
    public const string Id = "AP-01";
    public const string ClassId = "dockerproc_001";

    /// <summary>Of a program in a session, of a client of container engines, and of any other.</summary>
    private static readonly ImmutableArray<string> InSession = ["T1609"], OfClient = ["T1059.013"], OfAnother = ["T1204.003"];

    /// <summary>Every technique that an alarm may carry.</summary>
    public static ImmutableArray<string> Attack { get; } = [.. OfAnother, .. InSession, .. OfClient];

    /// <param name="cause">The event that decided: the exec, or what came later and was waited for.</param>
    /// <param name="later">That event as evidence; none when the exec decided.</param>
    public Finding At(ExecutedProcess process, Verdict verdict, EventId cause, EventTime at, params ReadOnlySpan<Evidence> later)
    {
        string what = process.Applet.Length > 0 ? $"{process.Path} ({process.Applet})" : process.Path;
        Severity severity = SeverityOf(process, verdict);
        ProcessWhitelist list = verdict.List!;
        return new Finding
        {
            RuleId = Id,
            ClassId = ClassId,
            Title = $"{what} runs and {InWords(verdict.Reason)}",
            Severity = severity,
            Outcome = Outcome.AbnormalBehavior,
            Attack = AttackOf(process),
            Source = process.Snapshot.Source,
            Subject = process.Path,
            Content = Content(process, verdict, severity),
            Evidence = [process.Snapshot.Evidence, .. later],
            Cause = cause,
            At = at,
            DedupKey = $"{Id}|{process.ContainerId}|{process.Path}|{process.Applet}|{process.Script}|{verdict.Reason}",
            Recommendation = Advice(verdict.Reason, list.Id),
            Processes = process.Snapshot.Processes,
            Labels = Labels(process),
            PolicyId = list.Id,
            PolicyVersion = list.Version,
            QuietNs = policy.QuietSeconds * EventTime.NanosecondsPerSecond,
        };
    }

    private Severity SeverityOf(ExecutedProcess process, Verdict verdict)
    {
        if (process.ViaExec && policy.LowerExecSessions) return Severity.Low;
        bool runsAnything = Pattern.FirstMatch(policy.ShellsAndInterpreters, ExecutedProcess.NameOf(process.Path)) is not null;
        bool broughtIn = process.Layer is FileLayer.Upper or FileLayer.Memory;
        bool unwantedRoot = process is { User: 0, ImageIsNotForRoot: true };
        return runsAnything || broughtIn || unwantedRoot || verdict.Reason == "denied" ? policy.GraveSeverity : policy.Severity;
    }

    private ImmutableArray<string> AttackOf(ExecutedProcess process)
    {
        if (process.ViaExec) return InSession;
        return policy.ContainerClients.Contains(ExecutedProcess.NameOf(process.Path)) ? OfClient : OfAnother;
    }

    private static ImmutableArray<ContentItem> Content(ExecutedProcess process, Verdict verdict, Severity severity)
    {
        var items = ImmutableArray.CreateBuilder<ContentItem>();
        items.Add(new ContentItem("reason", $"reason:{verdict.Reason}", severity, ""));
        if (process.Applet.Length > 0) items.Add(new ContentItem("applet", $"applet:{process.Applet}", severity, ""));
        if (process.Script.Length > 0) items.Add(new ContentItem("script", $"script:{process.Script}", severity, ""));
        if (verdict.LearnedVersion > 0)
            items.Add(new ContentItem("learned", string.Create(CultureInfo.InvariantCulture, $"learned:{verdict.LearnedVersion}"),
                severity, ""));
        return items.ToImmutable();
    }

    private static ImmutableArray<string> Labels(ExecutedProcess process) => (process.ViaExec, process.PreExisting) switch
    {
        (true, true) => ["via-exec", "pre-existing"],
        (true, false) => ["via-exec"],
        (false, true) => ["pre-existing"],
        _ => [],
    };

    private static string InWords(string reason) => reason switch
    {
        "denied" => "is denied by the whitelist",
        "hash-mismatch" => "has another content than the whitelist says",
        "other-layer" => "is not the file of the image that the whitelist means",
        "script-not-listed" => "runs a script that is not on the whitelist",
        _ => "is not on the whitelist",
    };

    private static string Advice(string reason, string list) => reason switch
    {
        "hash-mismatch" or "other-layer" =>
            "A file that may run was replaced, mounted over, or written anew. Compare it with the image's; unless an update did it, "
            + "isolate the container "
            + "and keep the file.",
        "denied" =>
            $"The whitelist {list} forbids this program here. Find out who started it; the ancestors say how it came to run.",
        _ =>
            "Look at the command line and the ancestors. If it belongs to the application, handle the alarm by allowing it in the "
            + "whitelist "
            + $"{list}; if nobody can say what it is for, isolate the container and look for other alarms of it.",
    };
}
