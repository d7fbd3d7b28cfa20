using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalProcess;

/// <summary>
/// What the whitelists learned, for each image by itself. It follows from the log alone: time is the wall time of events, and what is
/// learned is what ran. Bounded, not thread-safe.
/// </summary>
internal sealed class LearningBook
{
    /// <summary>Images under learning whitelists; over the bound the one that ran nothing for longest is learned anew.</summary>
    public const int MostImages = 512;

    /// <summary>An hour sees a service start and answer; less learns nothing.</summary>
    public const long LeastSeconds = 3600;

    private readonly RecencyMap<(string List, string Image), LearnedSet> _sets = new(MostImages);

    /// <summary>The set of a list and an image as it stands at an instant; begins one where there is none.</summary>
    public LearnedSet At(ProcessWhitelist list, AlarmSource container, EventTime now)
    {
        (string, string) key = (list.Id, container.ImageDigest.Length > 0 ? container.ImageDigest : container.Image);
        if (!_sets.TryGet(key, out LearnedSet? set) || set.Generation != list.Learning.Generation) set = Begin(list, now);
        _sets.Set(key, set);
        WhitelistLearning learning = list.Learning;
        long duration = Math.Max(learning.DurationSeconds, LeastSeconds) * EventTime.NanosecondsPerSecond;
        if (set.Phase == LearningPhase.Learning && now.WallNs - set.SinceNs >= duration)
            set.Enter(learning.ConfirmAutomatically || learning.Confirmed ? LearningPhase.Enforcing : LearningPhase.Review);

        // What was frozen on account of something denied is not confirmed by itself.
        else if (set.Phase == LearningPhase.Review && learning.Confirmed)
            set.Enter(LearningPhase.Enforcing);
        return set;
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_sets.Count);
        foreach (((string list, string image), LearnedSet set) in _sets.OldestFirst)
        {
            state.WriteText(list);
            state.WriteText(image);
            set.Save(state);
        }
    }

    public void Load(BinaryReader state)
    {
        _sets.Clear();
        for (int left = state.ReadCount(MostImages); left > 0; left--)
            _sets.Set((state.ReadText(), state.ReadText()), LearnedSet.Load(state));
    }

    private LearnedSet Begin(ProcessWhitelist list, EventTime now)
    {
        var set = new LearnedSet { Generation = list.Learning.Generation, SinceNs = now.WallNs };
        LearnedSet? before = null;
        foreach (((string id, _), LearnedSet known) in _sets.OldestFirst)
        {
            if (id == list.Id && known.Generation == set.Generation) before = known;
        }

        if (before is not null) set.Inherit(before);
        return set;
    }
}
