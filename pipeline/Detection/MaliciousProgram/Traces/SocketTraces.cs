using System.Collections.Immutable;
using System.Numerics;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Traces;

/// <summary>A connection that a process has.</summary>
/// <param name="Accepted">It was made to the process, not by it.</param>
/// <param name="Inherited">An ancestor of the process made or accepted it.</param>
internal readonly record struct SocketTrace(int Descriptor, string Endpoint, int Port, bool Accepted, bool Inherited, EventMark Made);

/// <summary>A process's newest connections, and what it did with its standard streams.</summary>
/// <param name="Streams">Bit n: descriptor n (0 to 2) is now the connection <paramref name="Taken"/>.</param>
internal sealed record ProcessSockets(ImmutableArray<SocketTrace> Sockets, int Streams, SocketTrace? Taken, EventMark Last)
{
    public static ProcessSockets None { get; } = new([], 0, null, default);

    public int StreamCount => BitOperations.PopCount((uint)Streams);

    public SocketTrace? Newest => Sockets.IsEmpty ? null : Sockets[^1];
}

/// <summary>
/// Who connected where, and who put a connection in the place of its standard input, output or error. Bounded, not thread-safe.
/// </summary>
internal sealed class SocketTraces
{
    /// <summary>
    /// Processes that have connected lately. A shell follows its connection within seconds; what a partition's processes connect in that
    /// time stays below this unless somebody floods it.
    /// </summary>
    public const int MostProcesses = 8192;

    /// <summary>An exploit has one connection; four more may be its program's own.</summary>
    public const int MostSockets = 4;

    // x86_64, asm/unistd_64.h.
    public const int Connect = 42, Accept = 43, Accept4 = 288, Dup = 32, Dup2 = 33, Dup3 = 292, Fcntl = 72;
    private const long FcntlDup = 0, FcntlDupCloseOnExec = 1030; // F_DUPFD, F_DUPFD_CLOEXEC
    private const long InProgress = -115; // EINPROGRESS: a socket that does not block

    private readonly RecencyMap<NodeProcess, ProcessSockets> _processes = new(MostProcesses);

    public ProcessSockets? Of(NodeBoot node, ProcessKey process) =>
        _processes.TryGet(new NodeProcess(node, process), out ProcessSockets? sockets) ? sockets : null;

    /// <summary>A process of a container made a system call.</summary>
    public void Apply(in Observation observation)
    {
        ref readonly SyscallRecord call = ref observation.Syscall;
        switch (call.Number)
        {
            case Connect when call.Result is >= 0 or InProgress:
                Made(observation, (int)call.Arguments[0], accepted: false);
                break;
            case Accept or Accept4 when call.Result >= 0:
                Made(observation, (int)call.Result, accepted: true);
                break;
            case Dup or Dup2 or Dup3 when call.Result is >= 0 and <= 2:
            case Fcntl when call.Result is >= 0 and <= 2 && call.Arguments[1] is FcntlDup or FcntlDupCloseOnExec:
                Copied(observation, (int)call.Arguments[0], (int)call.Result);
                break;
        }
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_processes.Count);
        foreach ((NodeProcess process, ProcessSockets sockets) in _processes.OldestFirst)
        {
            process.Save(state);
            state.Write(sockets.Sockets.Length);
            foreach (SocketTrace socket in sockets.Sockets) Save(state, socket);
            state.Write(sockets.Streams);
            state.Write(sockets.Taken is not null);
            if (sockets.Taken is { } taken) Save(state, taken);
            sockets.Last.Save(state);
        }
    }

    public void Load(BinaryReader state)
    {
        _processes.Clear();
        for (int left = state.ReadCount(MostProcesses); left > 0; left--)
        {
            NodeProcess process = NodeProcess.Load(state);
            var made = ImmutableArray.CreateBuilder<SocketTrace>();
            for (int sockets = state.ReadCount(MostSockets); sockets > 0; sockets--) made.Add(LoadSocket(state));
            int streams = state.ReadInt32();
            SocketTrace? taken = state.ReadBoolean() ? LoadSocket(state) : null;
            _processes.Set(process, new ProcessSockets(made.ToImmutable(), streams, taken, EventMark.Load(state)));
        }
    }

    private void Made(in Observation observation, int descriptor, bool accepted)
    {
        if (observation.Process is not { } process) return;
        ReadOnlySpan<byte> address = observation.Batch.Utf8(observation.Syscall.Data);
        if (!SocketAddress.TryRead(address, out string endpoint, out int port)) return;
        var key = new NodeProcess(observation.Node, process.Self.Key);
        ProcessSockets before = _processes.TryGet(key, out ProcessSockets? known) ? known : ProcessSockets.None;
        ImmutableArray<SocketTrace> kept = before.Sockets.RemoveAll(s => s.Descriptor == descriptor);
        if (kept.Length == MostSockets) kept = kept.RemoveAt(0);
        EventMark mark = EventMark.Of(observation);
        var socket = new SocketTrace(descriptor, endpoint, port, accepted, false, mark);
        _processes.Set(key, before with { Sockets = kept.Add(socket), Last = mark });
    }

    /// <summary>A descriptor was copied onto a standard stream: a connection of the process, or one that it inherited.</summary>
    private void Copied(in Observation observation, int from, int to)
    {
        if (observation.Process is not { } process || from == to) return;
        var key = new NodeProcess(observation.Node, process.Self.Key);
        ProcessSockets before = _processes.TryGet(key, out ProcessSockets? known) ? known : ProcessSockets.None;
        SocketTrace? socket = Find(observation.Node, process, from);
        int streams = socket is null ? before.Streams & ~(1 << to) : before.Streams | (1 << to);
        if (socket is null && streams == before.Streams) return;
        _processes.Set(key, before with { Streams = streams, Taken = socket ?? before.Taken, Last = EventMark.Of(observation) });
    }

    private SocketTrace? Find(NodeBoot node, ProcessContext process, int descriptor)
    {
        if (FindIn(node, process.Self.Key, descriptor) is { } own) return own;
        foreach (ProcessFacts ancestor in process.Ancestors)
        {
            if (FindIn(node, ancestor.Key, descriptor) is { } inherited) return inherited with { Inherited = true };
        }

        return null;
    }

    private SocketTrace? FindIn(NodeBoot node, ProcessKey process, int descriptor)
    {
        if (Of(node, process) is not { } sockets) return null;
        if (descriptor is >= 0 and <= 2 && (sockets.Streams & (1 << descriptor)) != 0) return sockets.Taken;
        foreach (SocketTrace socket in sockets.Sockets)
        {
            if (socket.Descriptor == descriptor) return socket;
        }

        return null;
    }

    private static void Save(BinaryWriter state, SocketTrace socket)
    {
        state.Write(socket.Descriptor);
        state.WriteText(socket.Endpoint);
        state.Write(socket.Port);
        state.Write(socket.Accepted);
        state.Write(socket.Inherited);
        socket.Made.Save(state);
    }

    private static SocketTrace LoadSocket(BinaryReader state) =>
        new(state.ReadInt32(), state.ReadText(), state.ReadInt32(), state.ReadBoolean(), state.ReadBoolean(), EventMark.Load(state));
}
