using Agents.Importers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;
using Testing;

namespace Importers.Tests;

/// <summary>A recording read to its end: its report, and its events as they would be stored (encoded and decoded once).</summary>
internal sealed record Recorded(RecordingReport Report, IReadOnlyList<EventBatch> Batches)
{
    public static Recorded Read(RecordingFormat format, byte[] content, string? node = null, int mostEvents = 256)
    {
        using var stream = new MemoryStream(content);
        var options = new RecordingOptions { Identity = Identity(content), Node = node is null ? null : new NodeId(node) };
        using Recording recording = Recording.Open(format, stream, options);
        List<EventBatch> batches = [.. recording.Batches(mostEvents).Select(Stored)];
        return new Recorded(recording.Report, batches);
    }

    /// <summary>Skips the test when the fixtures are not beside the repository.</summary>
    public static Recorded Fixture(RecordingFormat format, string path) => Read(format, File.ReadAllBytes(FixturePath(path)));

    public static string FixturePath(string path)
    {
        Assert.SkipWhen(Repository.Fixtures is null, "no fixtures beside the repository");
        return Path.Combine(Repository.Fixtures!, path);
    }

    public IEnumerable<(EventBatch Batch, ProcessRecord Record, TaskRecord Task)> Processes() =>
        from batch in Batches
        from e in batch.Events.ToArray()
        where e.Kind == EventKind.Process
        select (batch, batch.Processes[e.Index], batch.Tasks[e.Task]);

    public IEnumerable<(EventBatch Batch, FileRecord Record, TaskRecord Task)> Files() =>
        from batch in Batches
        from e in batch.Events.ToArray()
        where e.Kind == EventKind.File
        select (batch, batch.Files[e.Index], batch.Tasks[e.Task]);

    public IEnumerable<(EventBatch Batch, SyscallRecord Record, TaskRecord Task)> Syscalls() =>
        from batch in Batches
        from e in batch.Events.ToArray()
        where e.Kind == EventKind.Syscall
        select (batch, batch.Syscalls[e.Index], batch.Tasks[e.Task]);

    public IEnumerable<ContainerRecord> Containers() => Batches.SelectMany(batch => batch.Containers.ToArray());

    private static string Identity(byte[] content) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));

    private static EventBatch Stored(EventBatch batch)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        NodeEventsCodec.Encode(batch, bytes);
        bytes.WrittenCount.ShouldBeLessThan(512 * 1024 + EventWriterBounds.Slack);
        var copy = new EventBatch();
        NodeEventsCodec.Decode(bytes.WrittenSpan, copy, DecodeLimits.Default).IsOk.ShouldBeTrue();
        return copy;
    }

    private static class EventWriterBounds
    {
        /// <summary>Numbers and framing of 256 events beside their texts.</summary>
        public const int Slack = 128 * 1024;
    }
}
