namespace Agents.Importers.Auditd;

/// <summary>
/// The audit daemon's log. An event is several records with the same serial number, which other events' records may stand between; it is
/// complete at its EOE record, or when the log has gone on for two seconds, or at the end.
/// </summary>
internal sealed class AuditdRecording : Recording
{
    /// <summary>Events that are gathered at a time; the oldest is taken for complete when there are more.</summary>
    public const int MostOpen = 64;

    /// <summary>Bytes of the records of one event; further ones are left out.</summary>
    public const int MostGathered = 1024 * 1024;

    /// <summary>As the audit tools wait (libauparse).</summary>
    private const long OpenNs = 2_000_000_000;

    private readonly LineReader _lines;
    private readonly List<AuditEvent> _open = [];
    private readonly Queue<AuditEvent> _complete = new();
    private readonly AuditMapping _mapping;
    private bool _ended;

    public AuditdRecording(Stream content, RecordingOptions options)
        : base(RecordingFormat.Auditd, options)
    {
        _lines = new LineReader(content);
        _mapping = new AuditMapping(Writer);
    }

    private protected override bool Step()
    {
        if (_complete.TryPeek(out AuditEvent? next))
        {
            if (!Writer.TrySetNode(next.Node)) return true;
            _complete.Dequeue();
            Map(next);
            return true;
        }

        if (_ended) return false;
        if (_lines.TryRead(out ReadOnlyMemory<byte> line))
        {
            Read(line.Span);
        }
        else
        {
            foreach (AuditEvent gathered in _open) _complete.Enqueue(gathered);
            _open.Clear();
            _ended = true;
            Report.Complete = true;
        }

        Report.Bytes = _lines.Offset;
        return true;
    }

    private void Read(ReadOnlySpan<byte> line)
    {
        if (_lines.TooLong)
        {
            Broken("line that is no record", $"a line is longer than {LineReader.Most} bytes");
            return;
        }

        if (line.Trim(" \t\r"u8).IsEmpty) return;
        if (AuditRecord.TryRead(line, out string type) is not { } record)
        {
            Broken(type.Length is 0 or > 64 ? "line that is no record" : type, "this is no record of the audit log");
            return;
        }

        Gather(record);
    }

    private void Gather(AuditRecord record)
    {
        int at = _open.FindIndex(open => open.Serial == record.Serial && open.WallNs == record.WallNs && open.Node == record.Node);
        if (at < 0)
        {
            at = _open.Count;
            _open.Add(new AuditEvent(record));
        }

        AuditEvent gathered = _open[at];
        if (!gathered.TryAdd(record)) Report.Count(record.Type, Outcome.Unmapped);
        if (record.Type == "EOE") Complete(at);
        while (_open.Count > 0 && (_open.Count > MostOpen || record.WallNs - _open[0].WallNs > OpenNs)) Complete(0);
    }

    private void Complete(int at)
    {
        _complete.Enqueue(_open[at]);
        _open.RemoveAt(at);
    }

    private void Map(AuditEvent complete)
    {
        Outcome outcome = _mapping.Map(complete);
        foreach (AuditRecord record in complete.Records)
        {
            // The record of the system call is the event; the others tell more about it.
            bool tellsMore = outcome == Outcome.Mapped && AuditMapping.Uses(record.Type);
            Report.Count(record.Type, record == complete.Call ? outcome : tellsMore ? Outcome.State : Outcome.Unmapped);
        }
    }

    private void Broken(string type, string reason)
    {
        Report.Count(type, Outcome.Broken);
        Report.Damaged(_lines.LineOffset, reason);
    }
}
