using System.Buffers;
using System.Diagnostics;
using System.Text;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas.Binary;
using Pipeline.Schemas.NodeEvents;

namespace Pipeline.Schemas;

/// <summary>
/// Messages of the <c>node-events</c> topic. The one place that maps their bytes to <see cref="EventBatch"/> and back, for agents and
/// pipeline alike. Stateless and safe for any number of threads; a batch belongs to one at a time.
/// </summary>
public static class NodeEventsCodec
{
    public const string Subject = "node-events";

    /// <summary>Name of the header that holds <see cref="KindsOf"/>.</summary>
    public const string KindsHeader = "kinds";

    private const int EventKinds = 7;

    /// <summary>The longest name of a host (RFC 1123).</summary>
    private const int MaxNodeBytes = 253;

    /// <summary>Names of the kinds for every set of them; bit n of the index is the kind with the number n.</summary>
    private static readonly string[] KindSets = [.. Enumerable.Range(0, 1 << EventKinds).Select(NamesOf)];

    /// <summary>The version that this codec writes and reads.</summary>
    public static SchemaVersion Schema { get; } = SchemaCatalog.Get(Subject, 1);

    /// <summary>Writes framing and body.</summary>
    public static void Encode(EventBatch batch, IBufferWriter<byte> output)
    {
        WireFormat.Write(Schema.Fingerprint, output);
        var writer = new AvroWriter(output);
        writer.String(batch.Node.Value);
        writer.String(batch.Boot.Value);
        writer.Long(batch.FirstSequence);
        writer.Long(batch.Clock.BootNs);
        writer.Long(batch.Clock.WallNs);
        writer.Long(batch.LostSinceLast);

        writer.BeginItems(batch.Tasks.Length);
        foreach (ref readonly TaskRecord task in batch.Tasks) TaskCodec.Write(ref writer, batch, in task);
        writer.EndItems();

        writer.BeginItems(batch.Events.Length);
        foreach (ref readonly EventRecord record in batch.Events) WriteEvent(ref writer, batch, in record);
        writer.EndItems();
        writer.Flush();
    }

    /// <summary>
    /// The kinds of event in the batch, in lower case and in the schema's order, separated by commas: "process,file". Lets a consumer skip
    /// a message unread.
    /// </summary>
    public static string KindsOf(EventBatch batch)
    {
        int set = 0;
        foreach (ref readonly EventRecord record in batch.Events) set |= 1 << (int)record.Kind;
        return KindSets[set];
    }

    /// <summary>
    /// Reads framing and body into <paramref name="into"/>, whatever the bytes are; what it allocates is bounded by their number. After a
    /// fault the batch is empty.
    /// </summary>
    public static DecodeResult Decode(ReadOnlySpan<byte> message, EventBatch into, DecodeLimits limits)
    {
        DecodeResult opened = WireFormat.Open(message, Schema, limits, out int body);
        if (opened.IsOk)
        {
            var reader = new AvroReader(message, body, limits);
            ReadBatch(ref reader, message, into, limits);
            opened = reader.Result;
        }

        if (!opened.IsOk) into.Begin(new NodeId(""), new BootId(""), 0, default, 0);
        return opened;
    }

    /// <summary>
    /// Reads the bare body, without framing, of a message of our <see cref="Schema"/>; otherwise as
    /// <see cref="Decode(ReadOnlySpan{byte}, EventBatch, DecodeLimits)"/>.
    /// </summary>
    public static DecodeResult DecodeBody(ReadOnlySpan<byte> body, EventBatch into, DecodeLimits limits)
    {
        var reader = new AvroReader(body, 0, limits);
        ReadBatch(ref reader, body, into, limits);
        if (reader.Failed) into.Begin(new NodeId(""), new BootId(""), 0, default, 0);
        return reader.Result;
    }

    /// <summary>
    /// What the schema can not say about a message: why a batch under this key of its record is not to be processed; null when it is.
    /// Whatever runs detectors over the log asks this, so that live and replay take the same batches.
    /// </summary>
    public static string? FaultOf(EventBatch batch, ReadOnlySpan<byte> key)
    {
        string node = batch.Node.Value;
        if (Encoding.UTF8.GetByteCount(node) is 0 or > MaxNodeBytes) return $"the node's name must have 1 to {MaxNodeBytes} bytes";
        if (key.IsEmpty) return "the record has no key";
        if (!Encoding.UTF8.GetString(key).Equals(node, StringComparison.Ordinal)) return "the record's key is not the node of its events";
        if (batch.Boot.Value.Length == 0) return "the boot id is empty";
        if (batch.FirstSequence < 0 || batch.FirstSequence > long.MaxValue - batch.Count)
            return $"sequence numbers can not start at {batch.FirstSequence}";
        if (batch.LostSinceLast < 0) return $"the count of lost events can not be {batch.LostSinceLast}";
        return null;
    }

    private static string NamesOf(int set) =>
        string.Join(',', Enum.GetNames<EventKind>().Where((_, kind) => (set & (1 << kind)) != 0).Select(name => name.ToLowerInvariant()));

    private static void ReadBatch(ref AvroReader reader, ReadOnlySpan<byte> message, EventBatch into, DecodeLimits limits)
    {
        var node = new NodeId(reader.String());
        var boot = new BootId(reader.String());
        long firstSequence = reader.Long();
        var clock = new EventTime(reader.Long(), reader.Long());
        into.Begin(node, boot, firstSequence, clock, lostSinceLast: reader.Long());

        // The texts of the batch are slices of the message, copied once as a whole: it is the first text, so the reader's positions are the
        // batch's offsets.
        Text whole = into.AddText(message);
        Debug.Assert(whole.Offset == 0, "the message must be the batch's first text");

        AvroReader.ItemCursor tasks = AvroReader.BeginItems(limits.MaxEvents);
        while (reader.Next(ref tasks))
        {
            TaskRecord task = default;
            TaskCodec.Read(ref reader, ref task);
            into.AddTask(in task);
        }

        AvroReader.ItemCursor events = AvroReader.BeginItems(limits.MaxEvents);
        while (reader.Next(ref events)) ReadEvent(ref reader, into);
        reader.End();
    }

    private static void WriteEvent(ref AvroWriter writer, EventBatch batch, in EventRecord record)
    {
        writer.Long(unchecked(record.BootNs - batch.Clock.BootNs));
        writer.Int(record.Cpu);
        writer.Int(record.Task);
        writer.Branch((int)record.Kind);
        switch (record.Kind)
        {
            case EventKind.Container: ContainerCodec.Write(ref writer, batch.Containers[record.Index]); break;
            case EventKind.Process: ProcessCodec.Write(ref writer, batch, in batch.Processes[record.Index]); break;
            case EventKind.File: FileCodec.Write(ref writer, batch, in batch.Files[record.Index]); break;
            case EventKind.Syscall: SyscallCodec.Write(ref writer, batch, in batch.Syscalls[record.Index], record.BootNs); break;
            case EventKind.Mount: MountCodec.Write(ref writer, batch, in batch.Mounts[record.Index]); break;
            case EventKind.Loss: LossCodec.Write(ref writer, batch, in batch.Losses[record.Index]); break;
            case EventKind.Heartbeat: HeartbeatCodec.Write(ref writer, batch.Heartbeats[record.Index]); break;
            default: throw new UnreachableException($"event kind {record.Kind}");
        }
    }

    private static void ReadEvent(ref AvroReader reader, EventBatch into)
    {
        long bootNs = unchecked(into.Clock.BootNs + reader.Long());
        short cpu = (short)reader.Long(short.MinValue, short.MaxValue);
        int task = reader.Int();
        if (task < EventRecord.NoTask || task >= into.Tasks.Length)
            reader.Fail(DecodeFault.BadReference, $"task {task} of {into.Tasks.Length}");
        switch ((EventKind)reader.Branch(EventKinds))
        {
            case EventKind.Container: into.AddContainer(bootNs, ContainerCodec.Read(ref reader)); break;
            case EventKind.Process: ProcessCodec.Read(ref reader, into, bootNs, cpu, task); break;
            case EventKind.File: FileCodec.Read(ref reader, into, bootNs, cpu, task); break;
            case EventKind.Syscall: SyscallCodec.Read(ref reader, into, bootNs, cpu, task); break;
            case EventKind.Mount: MountCodec.Read(ref reader, into, bootNs, cpu, task); break;
            case EventKind.Loss: LossCodec.Read(ref reader, into, bootNs); break;
            case EventKind.Heartbeat: into.AddHeartbeat(bootNs, HeartbeatCodec.Read(ref reader)); break;
        }
    }
}
