using System.Collections.Immutable;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.HighRiskSystemCall;

/// <summary>A call that was refused.</summary>
internal readonly record struct Attempt(string Call, string Result, long Sequence, EventTime At);

/// <summary>
/// Which calls each process was refused lately: who tries several different ones finds out what the container lets through. Bounded for
/// each boot and over all; the process that was refused longest ago is forgotten first.
/// </summary>
internal sealed class ProbingState(int most, long windowNs)
{
    /// <summary>A node has few processes that are refused anything at all within seconds.</summary>
    public const int MostProcesses = 256;

    public const int MostBoots = 4096;

    /// <summary>The policy's bound for how many calls count.</summary>
    private const int MostAttempts = 32;

    private readonly RecencyMap<NodeBoot, RecencyMap<ProcessKey, ImmutableArray<Attempt>>> _byBoot = new(MostBoots);

    /// <summary>Takes note of a refused call.</summary>
    /// <returns>
    /// The attempts of the window, this one last, each call once; empty while they are fewer than it takes.
    /// </returns>
    public ImmutableArray<Attempt> Add(NodeBoot node, ProcessKey process, Attempt attempt)
    {
        if (!_byBoot.TryGet(node, out RecencyMap<ProcessKey, ImmutableArray<Attempt>>? processes)) processes = new(MostProcesses);
        _byBoot.Set(node, processes);
        ImmutableArray<Attempt> before = processes.TryGet(process, out ImmutableArray<Attempt> known) ? known : [];
        ImmutableArray<Attempt> after =
            [.. before.Where(a => a.Call != attempt.Call && a.At.BootNs + windowNs >= attempt.At.BootNs).TakeLast(most - 1), attempt];
        processes.Set(process, after);
        return after.Length >= most ? after : [];
    }

    public void Advance(NodeBoot node, long watermarkNs)
    {
        if (!_byBoot.TryGet(node, out RecencyMap<ProcessKey, ImmutableArray<Attempt>>? processes)) return;
        while (processes.OldestFirst.FirstOrDefault() is { Value.IsDefault: false } oldest
            && oldest.Value[^1].At.BootNs + windowNs < watermarkNs)
            processes.Remove(oldest.Key);
        if (processes.Count == 0) _byBoot.Remove(node);
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_byBoot.Count);
        foreach ((NodeBoot node, RecencyMap<ProcessKey, ImmutableArray<Attempt>> processes) in _byBoot.OldestFirst)
        {
            state.WriteText(node.Node.Value);
            state.WriteText(node.Boot.Value);
            state.Write(processes.Count);
            foreach ((ProcessKey process, ImmutableArray<Attempt> attempts) in processes.OldestFirst)
            {
                state.Write(process.Tgid);
                state.Write(process.StartNs);
                state.Write(attempts.Length);
                foreach (Attempt attempt in attempts)
                {
                    state.WriteText(attempt.Call);
                    state.WriteText(attempt.Result);
                    state.Write(attempt.Sequence);
                    state.Write(attempt.At);
                }
            }
        }
    }

    public void Load(BinaryReader state)
    {
        _byBoot.Clear();
        for (int boots = state.ReadCount(MostBoots); boots > 0; boots--)
        {
            var node = new NodeBoot(new NodeId(state.ReadText()), new BootId(state.ReadText()));
            var processes = new RecencyMap<ProcessKey, ImmutableArray<Attempt>>(MostProcesses);
            for (int left = state.ReadCount(MostProcesses); left > 0; left--)
            {
                var process = new ProcessKey(state.ReadInt32(), state.ReadInt64());
                var attempts = ImmutableArray.CreateBuilder<Attempt>();
                for (int more = state.ReadCount(MostAttempts); more > 0; more--)
                    attempts.Add(new Attempt(state.ReadText(), state.ReadText(), state.ReadInt64(), state.ReadTime()));
                processes.Set(process, attempts.ToImmutable());
            }

            _byBoot.Set(node, processes);
        }
    }
}
