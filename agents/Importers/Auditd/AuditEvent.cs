namespace Agents.Importers.Auditd;

/// <summary>The records of one event.</summary>
internal sealed class AuditEvent(AuditRecord first)
{
    private readonly List<AuditRecord> _records = [];
    private int _size;

    public long WallNs => first.WallNs;

    public long Serial => first.Serial;

    public string Node => first.Node;

    public IReadOnlyList<AuditRecord> Records => _records;

    /// <summary>The system call; null for an event that is none.</summary>
    public AuditRecord? Call { get; private set; }

    /// <returns>False when there is no more room.</returns>
    public bool TryAdd(AuditRecord record)
    {
        if (_size + record.Size > AuditdRecording.MostGathered) return false;
        _size += record.Size + 64;
        _records.Add(record);
        if (record.Type == "SYSCALL") Call ??= record;
        return true;
    }

    public AuditRecord? Find(string type) => _records.Find(record => record.Type == type);

    /// <summary>The path records, in their order.</summary>
    public IEnumerable<AuditRecord> Paths => _records.Where(record => record.Type == "PATH");
}
