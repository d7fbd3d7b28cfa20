using Agents.Importers.Auditd;
using Agents.Importers.Scap;
using Agents.Importers.Tetragon;
using Pipeline.Domain.Events;

namespace Agents.Importers;

/// <summary>
/// A recording of another sensor, read as node-events. Whatever its bytes are, reading it does not throw: what is broken is in the report.
/// Memory is bounded, whatever the recording's length. Exceptions of the stream itself (a disk that fails) pass through. Not thread-safe.
/// </summary>
public abstract class Recording : IDisposable
{
    private bool _begun;

    private protected Recording(RecordingFormat format, RecordingOptions options)
    {
        Report = new RecordingReport { Format = format, Boot = options.Boot };
        Writer = new EventWriter(options, Report);
    }

    public RecordingReport Report { get; }

    private protected EventWriter Writer { get; }

    /// <param name="content">Read from where it stands; belongs to the caller.</param>
    public static Recording Open(RecordingFormat format, Stream content, RecordingOptions options)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(options);
        return format switch
        {
            RecordingFormat.Scap => new ScapRecording(content, options),
            RecordingFormat.Tetragon => new TetragonRecording(content, options),
            RecordingFormat.Auditd => new AuditdRecording(content, options),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }

    /// <summary>
    /// The events, in the recording's order, numbered from 0 within each node. Can be asked for once. Each batch is of one node, and valid
    /// until the next is asked for.
    /// </summary>
    /// <param name="mostEvents">Events in one batch at most; large ones make a batch smaller.</param>
    public IEnumerable<EventBatch> Batches(int mostEvents = 256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostEvents, 1);
        if (_begun) throw new InvalidOperationException("A recording is read once.");
        _begun = true;
        return Read(mostEvents);
    }

    /// <summary>Gives back what the reader took; the stream stays open.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Reads the next piece, a record at most.</summary>
    /// <returns>False at the end.</returns>
    private protected abstract bool Step();

    private IEnumerable<EventBatch> Read(int mostEvents)
    {
        while (true)
        {
            bool more = Step();
            if (Writer.Batch.Count > 0 && (!more || Writer.IsFull(mostEvents)))
            {
                yield return Writer.Batch;
                Writer.Clear();
            }

            if (!more) yield break;
        }
    }
}
