using Microsoft.Extensions.Logging;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Sequencing;

/// <summary>
/// Gives the sequence numbers of one (node, boot): each once, counting up by one, also across restarts and kills of the agent. Numbers are
/// reserved on disk in blocks
/// before they are given out; after a kill the next run goes on behind the reservation and reports what it skipped. Not thread-safe;
/// <see cref="Settle"/> is.
/// </summary>
/// <remarks>
/// Where there is no usable record (first start, a lost or torn file, another boot, a disk that cannot be written), numbering starts at the
/// node's uptime in
/// microseconds. That is above every number an earlier run of the same boot can have given as long as events come at less than a million a
/// second on average,
/// so a number is never used twice even when nothing is remembered; the numbers that were skipped show as a gap.
/// </remarks>
internal sealed class SequenceKeeper : IDisposable
{
    /// <summary>Smallest reservation: what a kill may skip on a quiet node.</summary>
    internal const int SmallestBlock = 256;

    /// <summary>Largest reservation: a busy node then writes the record a few times a second.</summary>
    internal const int LargestBlock = 65_536;

    private static readonly TimeSpan QuickUse = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NodeBoot _scope;
    private readonly Lock _gate = new();
    private int _block = SmallestBlock;
    private long _reservedAt;
    private long _next;
    private long _reserved;
    private long _settled;
    private long _written;
    private bool _failing;

    private SequenceKeeper(string directory, FileStream directoryLock, NodeBoot scope, TimeProvider time, ILogger logger)
    {
        _path = PathIn(directory);
        _lock = directoryLock;
        _scope = scope;
        _time = time;
        _logger = logger;
    }

    /// <summary>The number that will be given next.</summary>
    public long Next => Volatile.Read(ref _next);

    /// <summary>
    /// Numbers that an earlier run reserved and did not settle, first to last: some may have been delivered, no other trace of them will
    /// come.
    /// </summary>
    public (long First, long Last)? Unsettled { get; private set; }

    internal static string PathIn(string directory) => Path.Combine(directory, "sequence");

    /// <summary>
    /// Opens or makes the state directory (mode 0700). Throws <see cref="IOException"/> when another agent holds it or it cannot be made.
    /// </summary>
    public static SequenceKeeper Open(string directory, NodeBoot scope, INodeClock clock, TimeProvider time, ILogger logger)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var held = new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var keeper = new SequenceKeeper(directory, held, scope, time, logger);
        keeper.Resume(clock);
        return keeper;
    }

    /// <summary>Gives the next number.</summary>
    public long Take()
    {
        if (_next == _reserved) Reserve();
        long number = _next;
        Volatile.Write(ref _next, number + 1);
        return number;
    }

    /// <summary>
    /// Remembers that every number below is settled, so that a kill leaves less to report. Durable at the next write of the record.
    /// </summary>
    public void Settle(long below)
    {
        lock (_gate) _settled = Math.Max(_settled, below);
    }

    /// <summary>Writes the record when settling has moved on since.</summary>
    public void Save()
    {
        lock (_gate)
        {
            if (_settled > _written) Write(_reserved);
        }
    }

    /// <summary>Gives back what was reserved and not used. Nothing may be taken afterwards.</summary>
    public void Dispose()
    {
        Write(_next);
        _lock.Dispose();
    }

    private void Resume(INodeClock clock)
    {
        SequenceRecord? record = Read();
        if (record is not null && record.Scope == _scope)
        {
            _next = _reserved = record.Reserved;
            _settled = record.Settled;
            if (record.Settled < record.Reserved) Unsettled = (record.Settled, record.Reserved - 1);
        }

        if (record is null || record.Scope != _scope || Write(_reserved + _block) is not null)
        {
            long uptimeUs = clock.Now().BootNs / 1_000;
            _next = Math.Max(1, Math.Max(uptimeUs, _next));
            _settled = _next;
            Unsettled = null;
            Write(_next + _block);
        }

        _reservedAt = _time.GetTimestamp();
    }

    private SequenceRecord? Read()
    {
        if (!File.Exists(_path)) return null;
        byte[] content = File.ReadAllBytes(_path);
        SequenceRecord? record = SequenceRecord.Parse(content);
        if (record is null) Log.SequenceRecordTorn(_logger, _path);
        return record;
    }

    private void Reserve()
    {
        bool quick = _time.GetElapsedTime(_reservedAt) < QuickUse;
        _block = quick ? Math.Min(_block * 2, LargestBlock) : SmallestBlock;
        _reservedAt = _time.GetTimestamp();
        Write(_next + _block);
    }

    /// <summary>
    /// Writes the record. When that fails the agent goes on: the old record is removed, so that the next run starts from the uptime and
    /// reuses nothing.
    /// </summary>
    private string? Write(long reserved)
    {
        lock (_gate)
        {
            string? fault = DurableFile.Replace(_path, new SequenceRecord(_scope, Math.Min(_settled, reserved), reserved).ToBytes());
            if (fault is not null && !_failing) Log.SequenceRecordNotWritten(_logger, _path, fault);
            if (fault is not null && DurableFile.Remove(_path) is { } again && !_failing)
                Log.SequenceRecordNotRemoved(_logger, _path, again);
            _failing = fault is not null;
            _written = _settled;
            _reserved = reserved;
            return fault;
        }
    }
}
