using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Traces;

/// <summary>When a container began.</summary>
/// <param name="First">Its first start; what was written later was not in the image.</param>
/// <param name="FirstIsKnown">False when it ran before anybody looked: <paramref name="First"/> is then when it was first seen.</param>
/// <param name="Last">Its last start, on <paramref name="Boot"/>'s clock.</param>
internal readonly record struct ContainerStart(BootId Boot, EventTime First, bool FirstIsKnown, EventTime Last);

/// <summary>
/// When the containers of a partition began, by the first of what tells it: the engine's report or the first program. Bounded, not
/// thread-safe.
/// </summary>
internal sealed class ContainerStarts
{
    /// <summary>The containers of some forty nodes.</summary>
    public const int MostContainers = 16_384;

    private readonly RecencyMap<ContainerKey, ContainerStart> _starts = new(MostContainers);

    public ContainerStart? Of(NodeId node, string container) =>
        _starts.TryGet(new ContainerKey(node, container), out ContainerStart start) ? start : null;

    /// <summary>What the engine said.</summary>
    public void Apply(in Observation observation)
    {
        ContainerRecord record = observation.ContainerEvent;
        var key = new ContainerKey(observation.Id.Node, record.ContainerId);
        bool known = _starts.TryGet(key, out ContainerStart start);
        switch (record.Action)
        {
            case ContainerAction.Removed:
                _starts.Remove(key);
                break;
            case ContainerAction.Existing or ContainerAction.Described when !known && record.Running:
                _starts.Set(key, new ContainerStart(observation.Id.Boot, observation.Time, false, observation.Time));
                break;
            case ContainerAction.Died when known:
                // The next start, or the first program after it, is a new one.
                _starts.Set(key, start with { Boot = default });
                break;
            case ContainerAction.Started when !known || start.Boot != observation.Id.Boot:
                Begin(key, known ? start : null, observation, isKnown: true);
                break;
        }
    }

    /// <summary>A program ran in a container.</summary>
    /// <returns>Since when the container runs.</returns>
    public ContainerStart Seen(in Observation observation, string container)
    {
        var key = new ContainerKey(observation.Id.Node, container);
        if (_starts.TryGet(key, out ContainerStart start) && start.Boot == observation.Id.Boot) return start;
        bool isKnown = observation.ProcessEvent.Action == ProcessAction.Executed
            && observation.Container?.Last is not (ContainerAction.Existing or ContainerAction.Described);
        return Begin(key, start.Last == default ? null : start, observation, isKnown);
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_starts.Count);
        foreach (((NodeId node, string container), ContainerStart start) in _starts.OldestFirst)
        {
            state.WriteText(node.Value);
            state.WriteText(container);
            state.WriteText(start.Boot.Value ?? "");
            state.Write(start.First);
            state.Write(start.FirstIsKnown);
            state.Write(start.Last);
        }
    }

    public void Load(BinaryReader state)
    {
        _starts.Clear();
        for (int left = state.ReadCount(MostContainers); left > 0; left--)
        {
            var key = new ContainerKey(new NodeId(state.ReadText()), state.ReadText());
            string boot = state.ReadText();
            _starts.Set(key, new ContainerStart(
                boot.Length > 0 ? new BootId(boot) : default, state.ReadTime(), state.ReadBoolean(), state.ReadTime()));
        }
    }

    private ContainerStart Begin(ContainerKey key, ContainerStart? before, in Observation observation, bool isKnown)
    {
        var start = new ContainerStart(
            observation.Id.Boot, before?.First ?? observation.Time, before?.FirstIsKnown ?? isKnown, observation.Time);
        _starts.Set(key, start);
        return start;
    }
}
