using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalProcess;

/// <summary>Where the learning of one image stands.</summary>
internal enum LearningPhase : byte
{
    /// <summary>What runs is taken for right and nothing alarms.</summary>
    Learning,

    /// <summary>What was learned waits for somebody to look at it; nothing alarms.</summary>
    Review,

    /// <summary>What was not learned alarms.</summary>
    Enforcing,
}

/// <summary>A program of an image that was seen to run.</summary>
internal readonly record struct LearnedProgram(string Path, string Applet, string Script);

/// <summary>
/// What one whitelist learned of one image: a fold over the programs that the log says ran, with a version for every change. Bounded.
/// </summary>
internal sealed class LearnedSet
{
    /// <summary>
    /// Different programs of one image. A service runs some ten; an image that runs more than this is no case for a whitelist.
    /// </summary>
    public const int MostPrograms = 512;

    private readonly HashSet<LearnedProgram> _programs = [];
    private readonly List<LearnedProgram> _inOrder = [];

    public required int Generation { get; init; }

    /// <summary>
    /// Wall time of the event that began it, nanoseconds since 1970: an image runs on many nodes, whose boot clocks do not compare.
    /// </summary>
    public required long SinceNs { get; init; }

    public LearningPhase Phase { get; private set; }

    /// <summary>Counts changes: programs learned and phases entered.</summary>
    public int Version { get; private set; }

    public bool Contains(ExecutedProcess process, bool checkScripts) => _programs.Contains(KeyOf(process, checkScripts));

    public void Learn(ExecutedProcess process, bool checkScripts) => Add(KeyOf(process, checkScripts));

    /// <summary>A new image of the same list begins with what the one before it ran.</summary>
    public void Inherit(LearnedSet before)
    {
        foreach (LearnedProgram program in before._inOrder) Add(program);
    }

    public void Enter(LearningPhase phase)
    {
        if (Phase == phase) return;
        Phase = phase;
        Version++;
    }

    public void Save(BinaryWriter state)
    {
        state.Write(Generation);
        state.Write(SinceNs);
        state.Write((byte)Phase);
        state.Write(Version);
        state.Write(_inOrder.Count);
        foreach (LearnedProgram program in _inOrder)
        {
            state.WriteText(program.Path);
            state.WriteText(program.Applet);
            state.WriteText(program.Script);
        }
    }

    public static LearnedSet Load(BinaryReader state)
    {
        var set = new LearnedSet { Generation = state.ReadInt32(), SinceNs = state.ReadInt64() };
        set.Phase = (LearningPhase)state.ReadByte();
        int version = state.ReadInt32();
        for (int left = state.ReadCount(MostPrograms); left > 0; left--)
            set.Add(new LearnedProgram(state.ReadText(), state.ReadText(), state.ReadText()));
        set.Version = version;
        return set;
    }

    private void Add(LearnedProgram program)
    {
        if (_inOrder.Count == MostPrograms || !_programs.Add(program)) return;
        _inOrder.Add(program);
        Version++;
    }

    private static LearnedProgram KeyOf(ExecutedProcess process, bool checkScripts) =>
        new(process.Path, process.Applet, checkScripts ? process.Script : "");
}
