using System.Collections.Immutable;
using Pipeline.Detection.Fingerprints;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalProcess;

/// <summary>What becomes of a program.</summary>
internal enum VerdictKind
{
    /// <summary>No whitelist means its container.</summary>
    NotBound,
    Allowed,

    /// <summary>What was learned is not in force yet.</summary>
    Learning,

    /// <summary>Its digest decides, and is not known yet.</summary>
    NeedsDigest,
    Alarm,
}

/// <summary>The judgement on a program.</summary>
/// <param name="Reason">Why it alarms, in a word that consumers may select on.</param>
/// <param name="LearnedVersion">Version of what was learned for its image; 0 where the list does not learn.</param>
internal sealed record Verdict(VerdictKind Kind, string Reason, ProcessWhitelist? List, int LearnedVersion = 0)
{
    public static Verdict NotBound { get; } = new(VerdictKind.NotBound, "", null);
}

/// <summary>
/// Judges programs by the whitelists of a policy: of those that mean a container the most specific count, together where there are several.
/// A denial beats every permission. Owns what the lists learn; not thread-safe.
/// </summary>
internal sealed class WhitelistJudge(AbnormalProcessPolicy policy)
{
    private const string Id = "AP-01";

    private readonly ImmutableArray<CompiledWhitelist> _lists = [.. policy.Whitelists.Select(w => new CompiledWhitelist(w))];

    public LearningBook Learned { get; } = new();

    public bool HasLists => !_lists.IsEmpty;

    /// <summary>Whether any entry asks for a digest.</summary>
    public bool AsksForDigests { get; } = policy.Whitelists.Any(w => w.Entries.Any(e => e.Sha256.Length > 0));

    /// <param name="digest">Of the executable; null while it is not known.</param>
    /// <param name="known">Whether the container was described.</param>
    public Verdict Judge(ExecutedProcess process, Sha256Digest? digest, bool known, EventTime now, IReasons? reasons)
    {
        ImmutableArray<CompiledWhitelist> lists = Binding(process, known);
        reasons?.Weigh(Id, "a whitelist means the container", string.Join(' ', lists.Select(l => l.List.Id)), !lists.IsEmpty);
        if (lists.IsEmpty) return Verdict.NotBound;
        ProcessWhitelist first = lists[0].List;
        EntryMatch denied = Best(lists, EntryEffect.Deny, process, digest, now);
        reasons?.Weigh(Id, "an entry denies it", denied.ToString(), denied == EntryMatch.Yes);
        if (denied == EntryMatch.Yes) return Deny(lists, process, now);

        EntryMatch allowed = Best(lists, EntryEffect.Allow, process, digest, now);
        reasons?.Weigh(Id, "no entry allows it", allowed.ToString(), allowed != EntryMatch.Yes);
        if (denied == EntryMatch.DigestMissing) return new Verdict(VerdictKind.NeedsDigest, "", first);
        if (allowed == EntryMatch.Yes) return new Verdict(VerdictKind.Allowed, "", first);
        return ByWhatWasLearned(lists, process, allowed, now, reasons);
    }

    private Verdict ByWhatWasLearned(
        ImmutableArray<CompiledWhitelist> lists, ExecutedProcess process, EntryMatch allowed, EventTime now, IReasons? reasons)
    {
        bool ofImage = process.Layer is FileLayer.Image or FileLayer.Unknown;
        bool learning = false, learned = false;
        int version = 0;
        foreach (CompiledWhitelist list in lists)
        {
            if (!list.List.Learning.Enabled) continue;
            LearnedSet set = Learned.At(list.List, process.Snapshot.Source, now);
            if (set.Phase == LearningPhase.Learning && ofImage) set.Learn(process, list.List.CheckScripts);
            learning |= set.Phase != LearningPhase.Enforcing;
            learned |= set.Contains(process, list.List.CheckScripts);
            version = Math.Max(version, set.Version);
        }

        ProcessWhitelist first = lists[0].List;
        reasons?.Weigh(Id, "learning is over", "", !learning);
        if (learning) return new Verdict(VerdictKind.Learning, "", first, version);
        reasons?.Weigh(Id, "it was not learned", "", !(learned && ofImage));
        if (learned && ofImage) return new Verdict(VerdictKind.Allowed, "", first, version);
        if (allowed == EntryMatch.DigestMissing) return new Verdict(VerdictKind.NeedsDigest, "", first, version);
        string reason = allowed switch
        {
            EntryMatch.OtherContent => "hash-mismatch",
            EntryMatch.OtherLayer => "other-layer",
            EntryMatch.OtherScript => "script-not-listed",
            _ => learned ? "other-layer" : "not-listed",
        };
        return new Verdict(VerdictKind.Alarm, reason, first, version);
    }

    /// <summary>An image in which something denied runs is none to learn from: what it learned so far is to be looked at.</summary>
    private Verdict Deny(ImmutableArray<CompiledWhitelist> lists, ExecutedProcess process, EventTime now)
    {
        foreach (CompiledWhitelist list in lists)
        {
            if (!list.List.Learning.Enabled) continue;
            LearnedSet set = Learned.At(list.List, process.Snapshot.Source, now);
            if (set.Phase == LearningPhase.Learning) set.Enter(LearningPhase.Review);
        }

        return new Verdict(VerdictKind.Alarm, "denied", lists[0].List);
    }

    private ImmutableArray<CompiledWhitelist> Binding(ExecutedProcess process, bool known)
    {
        int most = -1;
        ImmutableArray<CompiledWhitelist> binding = [];
        foreach (CompiledWhitelist list in _lists)
        {
            int specificity = list.Specificity(process.Snapshot.Source, known);
            if (specificity < 0 || specificity < most) continue;
            binding = specificity > most ? [list] : binding.Add(list);
            most = specificity;
        }

        return binding;
    }

    /// <summary>The best match among the entries of one effect; of the near misses the one that says most.</summary>
    private static EntryMatch Best(
        ImmutableArray<CompiledWhitelist> lists, EntryEffect effect, ExecutedProcess process, Sha256Digest? digest, EventTime now)
    {
        EntryMatch best = EntryMatch.No;
        foreach (CompiledWhitelist list in lists)
        {
            foreach (CompiledEntry entry in list.Entries)
            {
                if (entry.Effect != effect) continue;
                EntryMatch match = entry.Match(process, digest, list.List.CheckScripts, now.WallNs / EventTime.NanosecondsPerSecond);
                if (match == EntryMatch.Yes) return match;
                if (Weight(match) > Weight(best)) best = match;
            }
        }

        return best;
    }

    private static int Weight(EntryMatch match) => match switch
    {
        EntryMatch.DigestMissing => 4,
        EntryMatch.OtherContent => 3,
        EntryMatch.OtherLayer => 2,
        EntryMatch.OtherScript => 1,
        _ => 0,
    };
}
