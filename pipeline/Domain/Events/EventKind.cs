namespace Pipeline.Domain.Events;

/// <summary>The kinds of raw event, in the order of the union branches of <c>node-events.avsc</c>.</summary>
public enum EventKind : byte
{
    Container = 0,
    Process = 1,
    File = 2,
    Syscall = 3,
    Mount = 4,
    Loss = 5,
    Heartbeat = 6,
}
