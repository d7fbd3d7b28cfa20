using Agents.Descriptions;

namespace Agents.NodeAgent.Engines;

/// <summary>A row of the engine's list.</summary>
/// <param name="IsEnded">Neither running nor going to by itself: its description says nothing new.</param>
internal sealed record ListedContainer(string Id, bool IsEnded);

/// <summary>What became of a question about one container.</summary>
internal abstract record Inspected
{
    private Inspected()
    {
    }

    /// <param name="Bytes">Size of the answer that the description was read from.</param>
    /// <param name="Pid">First process in the initial pid namespace; 0 when it does not run.</param>
    public sealed record Found(DescriptionResult Description, int Bytes, bool Running, int Pid) : Inspected;

    /// <summary>The engine does not know the container (any more).</summary>
    public sealed record Gone : Inspected;

    public sealed record Failed(string Reason) : Inspected;
}
