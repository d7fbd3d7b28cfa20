using System.Collections.Immutable;

namespace Pipeline.Domain.Alarms;

/// <summary>An alarm as its events tell it.</summary>
public sealed record AlarmView
{
    /// <summary>How many of the newest pieces of evidence a view keeps beside the first ones that the alarm was raised with.</summary>
    public const int NewestEvidenceKept = 40;

    public required AlarmRaised Raised { get; init; }

    public required AlarmState State { get; init; }

    public required Severity Severity { get; init; }

    public required Outcome Outcome { get; init; }

    public required long Occurrences { get; init; }

    public required DateTimeOffset FirstSeen { get; init; }

    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>When the announced became true, for alarms that begin with an announcement.</summary>
    public DateTimeOffset? ConfirmedAt { get; init; }

    /// <summary>First evidence, then the newest.</summary>
    public required ImmutableArray<Evidence> Evidence { get; init; }

    /// <summary>When it was acknowledged; null while it is not.</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>To whom it is assigned; empty where to nobody.</summary>
    public string Assignee { get; init; } = "";

    /// <summary>How it was resolved; null while it wants attention.</summary>
    public AlarmResolution? Resolution { get; init; }

    /// <summary>Number of events folded in; the stream's version.</summary>
    public required int Version { get; init; }

    /// <summary>The fold. <paramref name="view"/> is null before the first event, which must be <see cref="AlarmRaised"/>.</summary>
    public static AlarmView? Apply(AlarmView? view, AlarmEvent e) => (view, e) switch
    {
        (null, AlarmRaised raised) => Begin(raised),
        (null, _) => null,
        (_, AlarmRaised) => view,
        (_, AlarmConfirmed confirmed) => Touch(view, e, confirmed.Evidence) with { ConfirmedAt = view.ConfirmedAt ?? confirmed.At },
        (_, AlarmAmended amended) => Touch(view, e, amended.Evidence) with
        {
            Raised = view.Raised with { Source = amended.Source },
            LastSeen = view.LastSeen,
        },
        (_, AlarmRecurred recurred) => Touch(view, e, recurred.Evidence) with { Occurrences = Math.Max(view.Occurrences, recurred.Occurrences) },
        (_, AlarmEscalated worse) => Escalate(Touch(view, e, worse.Evidence), worse),
        (_, AlarmActionTaken action) => Handle(view, action),
        _ => view,
    };

    /// <summary>What decides which actions it accepts.</summary>
    public AlarmStanding Standing() =>
        new(Raised.Type, Outcome, State, AcknowledgedAt is not null, Assignee, Resolution?.Exclusion);

    private static AlarmView Begin(AlarmRaised raised) => new()
    {
        Raised = raised,
        State = AlarmState.Open,
        Severity = raised.Severity,
        Outcome = raised.Outcome,
        Occurrences = 1,
        FirstSeen = raised.At,
        LastSeen = raised.At,
        Evidence = raised.Evidence,
        Version = 1,
    };

    private static AlarmView Escalate(AlarmView view, AlarmEscalated worse)
    {
        AlarmStanding after = view.Standing().AfterEscalation(worse.Outcome);
        return view with
        {
            Severity = worse.Severity,
            Outcome = worse.Outcome,
            State = after.State,
            AcknowledgedAt = after.Acknowledged ? view.AcknowledgedAt : null,
            Resolution = after.IsResolved ? view.Resolution : null,
        };
    }

    private static AlarmView Handle(AlarmView view, AlarmActionTaken action) => view with
    {
        State = action.State,
        AcknowledgedAt = !action.Acknowledged ? null : action.Action == AlarmAction.Acknowledge ? action.At : view.AcknowledgedAt,
        Assignee = action.Action is AlarmAction.Assign or AlarmAction.Unassign ? action.Assignee : view.Assignee,
        Resolution = action.Resolution() ?? (action.State is AlarmState.Open or AlarmState.Acknowledged ? null : view.Resolution),
        Version = view.Version + 1,
    };

    private static AlarmView Touch(AlarmView view, AlarmEvent e, Evidence evidence)
    {
        int first = view.Raised.Evidence.Length;
        ImmutableArray<Evidence> kept = view.Evidence.Length - first < NewestEvidenceKept ? view.Evidence : view.Evidence.RemoveAt(first);
        return view with
        {
            LastSeen = e.At > view.LastSeen ? e.At : view.LastSeen,
            Evidence = kept.Add(evidence),
            Version = view.Version + 1,
        };
    }
}
