namespace Agents.NodeAgent.Engines;

/// <summary>Something to do about one container, in the order in which it was noticed.</summary>
internal abstract record LaneItem(string ContainerId)
{
    /// <summary>The engine said that something happened.</summary>
    public sealed record Happened(EngineEvent Event) : LaneItem(Event.ContainerId);

    /// <summary>The container is there: describe it.</summary>
    public sealed record Present(string ContainerId) : LaneItem(ContainerId);

    /// <summary>The container ended, or went, while nobody was listening.</summary>
    /// <param name="Version">What was known when the engine was asked; anything newer makes this void.</param>
    public sealed record Missed(string ContainerId, bool Removed, long Version) : LaneItem(ContainerId);
}
