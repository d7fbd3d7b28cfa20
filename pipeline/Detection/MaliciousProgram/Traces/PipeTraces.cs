using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Traces;

/// <summary>One end of a pipe that a shell built: the program that writes to it, or the one that reads.</summary>
/// <param name="CommandLine">Its command line; null in the default value, which stands for an end that was not seen.</param>
internal readonly record struct PipeEnd(string Path, string? CommandLine, EventMark Started)
{
    public bool IsKnown => CommandLine is not null;

    public string Line => CommandLine ?? "";
}

/// <summary>The newest downloader and the newest shell of one parent whose output and input are pipes.</summary>
internal readonly record struct PipeEnds(PipeEnd Downloader, PipeEnd Reader);

/// <summary>
/// Downloaders that write to a pipe and shells that read from one, by the process that started both: the two ends of "curl | sh" come in
/// either order. Bounded, not thread-safe.
/// </summary>
internal sealed class PipeTraces
{
    /// <summary>A pipe's two ends start within milliseconds.</summary>
    public const int MostParents = 2048;

    private readonly RecencyMap<NodeProcess, PipeEnds> _ends = new(MostParents);

    public PipeEnds Of(NodeProcess parent) => _ends.TryGet(parent, out PipeEnds ends) ? ends : default;

    public void Set(NodeProcess parent, PipeEnds ends) => _ends.Set(parent, ends);

    public void Save(BinaryWriter state)
    {
        state.Write(_ends.Count);
        foreach ((NodeProcess parent, PipeEnds ends) in _ends.OldestFirst)
        {
            parent.Save(state);
            Save(state, ends.Downloader);
            Save(state, ends.Reader);
        }
    }

    public void Load(BinaryReader state)
    {
        _ends.Clear();
        for (int left = state.ReadCount(MostParents); left > 0; left--)
            _ends.Set(NodeProcess.Load(state), new PipeEnds(LoadEnd(state), LoadEnd(state)));
    }

    private static void Save(BinaryWriter state, PipeEnd end)
    {
        state.Write(end.IsKnown);
        if (!end.IsKnown) return;
        state.WriteText(end.Path);
        state.WriteText(end.Line);
        end.Started.Save(state);
    }

    private static PipeEnd LoadEnd(BinaryReader state) =>
        state.ReadBoolean() ? new PipeEnd(state.ReadText(), state.ReadText(), EventMark.Load(state)) : default;
}
