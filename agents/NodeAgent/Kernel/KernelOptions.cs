namespace Agents.NodeAgent.Kernel;

/// <summary>Whether the kernel is watched.</summary>
internal enum KernelMode
{
    /// <summary>When this machine and our rights allow it; else the agent says what is missing and goes on with its other
    /// sources.</summary>
    Auto,

    /// <summary>As Auto, but an agent that cannot watch the kernel ends.</summary>
    On,
    Off,
}

/// <summary>What is watched in the kernel, and how.</summary>
internal sealed record KernelOptions
{
    public KernelMode Mode { get; init; } = KernelMode.Auto;

    /// <summary>Changes to the calls that are collected by default, as <see cref="Rules.CallTable.Select"/> reads them.</summary>
    public string Calls { get; init; } = "";

    /// <summary>Report forks without exec too; the pipeline needs them for ancestry.</summary>
    public bool Forks { get; init; } = true;

    /// <summary>How long equal calls that follow one another are counted before the count is reported.</summary>
    public TimeSpan BurstWindow { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Likewise for writes to one file.</summary>
    public TimeSpan WriteWindow { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the ring is looked at; four times as often while much is in it. Waking the reader for each event would cost the
    /// programs that are watched far more. It is also the pace of messages, which follow the looks.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Bytes of the ring between kernel and agent, a power of two. All of it is memory from the start; at 200,000 events a
    /// second 8 MiB is a twelfth of a second that the agent may be kept from a processor without loss.</summary>
    public int RingBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How old a record is before it gets its number: everything older has arrived by then.</summary>
    public TimeSpan OrderWindow { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Records that may wait for their turn; the more the ring holds.</summary>
    public int MostWaiting { get; init; } = 131_072;
}
