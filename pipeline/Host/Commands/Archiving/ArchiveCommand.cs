using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Pipeline.Archive;
using Pipeline.Archive.Files;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;
using Pipeline.Ingest.Reading;
using Spectre.Console;

namespace Pipeline.Host.Commands.Archiving;

/// <summary>Keeps raw events beyond Kafka's retention.</summary>
internal static class ArchiveCommand
{
    /// <summary>The archive is not what its manifests say.</summary>
    private const int Broken = 1;

    public static Command Create() => new("archive", "Keep the raw events of the log in files, and see to them. See docs/forensics.md.")
    {
        Run(), List(), Verify(), Prune(),
    };

    private static Command Run()
    {
        var place = new ArchivePlace();
        var log = new LogOptions();
        var once = new Option<bool>("--once")
        {
            Description = "End at what is now the end of the log; without it the log is followed until SIGTERM.",
        };
        var rollBytes = new Option<long>("--roll-bytes")
        {
            Description = "Packed bytes of records after which a segment is sealed.",
            DefaultValueFactory = _ => ArchiveOptions.Default.RollBytes,
        };
        var rollAge = new Option<TimeSpan>("--roll-age")
        {
            Description = "Longest time until a segment is sealed, hh:mm:ss.",
            DefaultValueFactory = _ => ArchiveOptions.Default.RollAge,
        };
        var codec = new Option<BlockPacking>("--codec") { Description = "zstandard, or deflate, which every Avro library reads." };
        Command command = Made("run", "Archive the log, from where the archive ends.",
            [.. place.Options, .. log.Options, once, rollBytes, rollAge, codec]);
        command.SetAction((parsed, cancellation) => InArchiveAsync(parsed, place, async store =>
        {
            var options = new ArchiveOptions
            {
                RollBytes = parsed.GetValue(rollBytes),
                RollAge = parsed.GetValue(rollAge),
                Packing = parsed.GetValue(codec),
            };
            var archiver = new LogArchiver(store, log.Address(parsed, place.Topic(parsed)), options, TimeProvider.System);
            long records = await Task.Run(() => archiver.RunAsync(parsed.GetValue(once), cancellation), CancellationToken.None);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{records} records archived to {Printable.Of(store.Location)}");
            return 0;
        }));
        return command;
    }

    private static Command List()
    {
        var place = new ArchivePlace();
        Command command = Made("list", "Say what is archived.", place.Options);
        command.SetAction((parsed, cancellation) => InArchiveAsync(parsed, place, async store =>
        {
            var table = new Table { Border = TableBorder.Simple };
            table.AddColumns("Partition", "Offsets", "From", "To", "Nodes", "Events", "Bytes", "Missing", "State");
            foreach (PartitionIndex index in await ArchiveIndex.ReadAsync(store, place.Topic(parsed), cancellation))
            {
                foreach (SegmentStub stub in index.Stubs)
                {
                    string offsets = Offsets(stub.FirstOffset, stub.NextOffset), bytes = $"{stub.Bytes}";
                    table.AddRow($"{index.Partition}", offsets, Time(stub.FromNs), Time(stub.ToNs), "", "", bytes, "", "given up");
                }

                foreach (SegmentManifest segment in index.Segments.Select(s => s.Manifest)) table.AddRow(Row(segment));
            }

            ReportConsole.Over(parsed.InvocationConfiguration.Output).Write(table);
            return 0;
        }));
        return command;
    }

    private static Command Verify()
    {
        var place = new ArchivePlace();
        Command command = Made(
            "verify",
            "Hold every byte of the archive against its manifests and these against each other. Exit code 0: whole, 1: broken.",
            place.Options);
        command.SetAction((parsed, cancellation) => InArchiveAsync(parsed, place, async store =>
        {
            ImmutableArray<VerifiedPartition> partitions = await ArchiveVerifier.VerifyAsync(store, place.Topic(parsed), cancellation);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (partitions.IsEmpty) await output.WriteLineAsync($"Nothing of topic {Printable.Of(place.Topic(parsed))} is archived here.");
            foreach (VerifiedPartition p in partitions)
            {
                string given = p.Stubs > 0 ? $", {p.Stubs} given up" : "", state = Printable.Of(p.Fault ?? "whole");
                await output.WriteLineAsync(
                    $"partition {p.Partition}: {p.Segments} segments, {p.Records} records, {p.Bytes} bytes{given}: {state}");
                foreach (string file in p.Unreferenced)
                    await output.WriteLineAsync($"  {Printable.Of(file)} is in no manifest: left by a crash, it can be deleted");
            }

            return partitions.Any(p => p.Fault is not null) ? Broken : 0;
        }));
        return command;
    }

    private static Command Prune()
    {
        var place = new ArchivePlace();
        var age = new Option<TimeSpan?>("--keep-age") { Description = "Give up segments whose newest event is older, d.hh:mm:ss." };
        var bytes = new Option<long?>("--keep-bytes")
        {
            Description = "Give up the oldest segments until the files have no more bytes than this.",
        };
        Command command = Made("prune", "Give up the oldest segments, whole ones; the newest of a partition stays.",
            [.. place.Options, age, bytes]);
        command.SetAction((parsed, cancellation) => InArchiveAsync(parsed, place, async store =>
        {
            if (parsed.GetValue(age) is null && parsed.GetValue(bytes) is null)
                throw new ArchiveException("prune wants --keep-age or --keep-bytes");
            using IDisposable held = store.TryLock() ?? throw new ArchiveException($"{store.Location} is being written by another process");
            DateTimeOffset? from = parsed.GetValue(age) is { } kept ? TimeProvider.System.GetUtcNow() - kept : null;
            ImmutableArray<SegmentStub> given =
                await ArchiveRetention.PruneAsync(store, place.Topic(parsed), from, parsed.GetValue(bytes), cancellation);
            foreach (SegmentStub stub in given)
                await parsed.InvocationConfiguration.Output.WriteLineAsync(
                    $"partition {stub.Partition}: offsets {Offsets(stub.FirstOffset, stub.NextOffset)} given up");
            return 0;
        }));
        return command;
    }

    private static Command Made(string name, string description, Option[] options)
    {
        var command = new Command(name, description);
        foreach (Option option in options) command.Add(option);
        return command;
    }

    private static async Task<int> InArchiveAsync(ParseResult parsed, ArchivePlace place, Func<IArchiveStore, Task<int>> act)
    {
        TextWriter errors = parsed.InvocationConfiguration.Error;
        if (place.Store(parsed) is not { } store)
        {
            await errors.WriteLineAsync("alarmctl archive: name the archive with --archive or PIPELINE_ARCHIVE");
            return AlarmCtl.Unusable;
        }

        try
        {
            return await act(store);
        }
        catch (Exception e) when (e is ArchiveException or NodeLogException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"alarmctl archive: {Printable.Of(e.Message)}");
            return AlarmCtl.Unusable;
        }
    }

    private static string[] Row(SegmentManifest segment)
    {
        // Of a boot only what lies between its own numbers is known to be missing here; between segments a replay tells.
        long missing = segment.Nodes.Sum(node => SequenceLedger.Of(node.Ranges).Gaps().Sum(gap => gap.Last - gap.First + 1));
        string nodes = segment.Nodes.Length == 1 ? segment.Nodes[0].Node : $"{segment.Nodes.Select(n => n.Node).Distinct().Count()} nodes";
        string state = segment.GoneBefore is { } gone ? $"begins at {gone}: before it the log was gone" : "sealed";
        return
        [
            $"{segment.Partition}", Offsets(segment.FirstOffset, segment.NextOffset), Time(segment.FromNs), Time(segment.ToNs),
            Markup.Escape(Printable.Of(nodes)),
            $"{segment.Events}", $"{segment.Bytes}", $"{missing}", state,
        ];
    }

    private static string Offsets(long first, long next) => $"{first}-{next - 1}";

    private static string Time(long ns) => ns == 0 ? "-"
        : new Pipeline.Domain.Identity.EventTime(0, ns).Wall.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
