using System.Buffers;
using System.Globalization;
using Agents.Importers;
using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Events;
using Pipeline.Schemas;

namespace Agents.NodeAgent.Importing;

/// <summary>One import: each file is read, encoded as the agent encodes, handed to the target and reported.</summary>
internal sealed class ImportRun(ImportOptions options, TimeProvider time, TextWriter output, TextWriter error)
{
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private long _lastProgress = time.GetTimestamp();

    public async Task<ImportExit> RunAsync(CancellationToken cancellation)
    {
        IImportTarget? target = null;
        try
        {
            target = Target();
            return await ImportAsync(target, cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ImportStoppedException)
        {
            await error.WriteLineAsync($"import stopped: {fault.Message}");
            return ImportExit.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await error.WriteLineAsync("import stopped: told to");
            return ImportExit.Failed;
        }
        finally
        {
            if (target is not null) await target.DisposeAsync();
        }
    }

    private IImportTarget? Target() => options switch
    {
        { DryRun: true } => null,
        { OutputFile: { } path } => new FileTarget(path),
        _ => new KafkaTarget(options, time),
    };

    private async Task<ImportExit> ImportAsync(IImportTarget? target, CancellationToken cancellation)
    {
        ImportExit exit = ImportExit.Done;
        foreach (string file in options.Files)
        {
            ImportExit one = await ImportAsync(file, target, cancellation);
            if (exit != ImportExit.Failed && one != ImportExit.Done) exit = one;
        }

        return exit;
    }

    private async Task<ImportExit> ImportAsync(string path, IImportTarget? target, CancellationToken cancellation)
    {
        FileStream content;
        try
        {
            content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 64 * 1024, FileOptions.SequentialScan);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"{ImportReport.Clean(path)}: {fault.Message}");
            return ImportExit.Failed;
        }

        await using (content)
        {
            if (!content.CanSeek)
            {
                await error.WriteLineAsync($"{ImportReport.Clean(path)}: is read twice, so it must be a file");
                return ImportExit.Failed;
            }

            if ((options.Format ?? await DetectAsync(content, cancellation)) is not { } format)
            {
                await error.WriteLineAsync(
                    $"{ImportReport.Clean(path)}: neither a capture nor JSON of Tetragon nor an audit log; --format names one");
                return ImportExit.Failed;
            }

            return await ImportAsync(path, content, format, target, cancellation);
        }
    }

    private async Task<ImportExit> ImportAsync(string path, FileStream content, RecordingFormat format, IImportTarget? target,
        CancellationToken cancellation)
    {
        string identity = await RecordingIdentity.OfAsync(content, cancellation);
        content.Position = 0;
        using Recording recording = Recording.Open(format, content, new RecordingOptions { Identity = identity, Node = options.Node });
        foreach (EventBatch batch in recording.Batches())
        {
            cancellation.ThrowIfCancellationRequested();
            if (target is not null) await target.SendAsync(batch.Node, Encode(batch), cancellation);
            await ProgressAsync(path, content, recording.Report);
        }

        if (target is not null) await target.CompleteAsync(cancellation);
        await output.WriteAsync(options.Json ? ImportReport.Json(path, recording.Report) : ImportReport.Text(path, recording.Report));
        return recording.Report is { DamageCount: 0, Complete: true } ? ImportExit.Done : ImportExit.Damaged;
    }

    private OutgoingBatch Encode(EventBatch batch)
    {
        _buffer.ResetWrittenCount();
        NodeEventsCodec.Encode(batch, _buffer);
        return new OutgoingBatch(batch.FirstSequence, batch.Count, _buffer.WrittenSpan.ToArray(), NodeEventsCodec.KindsOf(batch), []);
    }

    private async Task ProgressAsync(string path, FileStream content, RecordingReport report)
    {
        if (time.GetElapsedTime(_lastProgress) < options.ProgressInterval) return;
        _lastProgress = time.GetTimestamp();
        double part = content.Length == 0 ? 1 : (double)content.Position / content.Length;
        await error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{ImportReport.Clean(path)}: {part:P0}, {report.Records} records, {report.Events} events"));
    }

    private static async Task<RecordingFormat?> DetectAsync(FileStream content, CancellationToken cancellation)
    {
        byte[] beginning = new byte[RecordingFormats.Beginning];
        int read = await content.ReadAtLeastAsync(beginning, beginning.Length, throwOnEndOfStream: false, cancellation);
        content.Position = 0;
        return RecordingFormats.Detect(beginning.AsSpan(0, read));
    }
}
