using System.Collections.Immutable;
using System.IO.Compression;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Replay;
using Pipeline.Replay.Cases;
using Pipeline.Replay.Certificates;

namespace Replay.Tests;

/// <summary>A case says by itself whether it is whole, and whatever is done to it shows.</summary>
public sealed class CaseTests : IDisposable
{
    private readonly TemporaryArchive _archive = new();
    private readonly SomeLog _log = SomeLog.Of(GeneratedDay.Events(600, 9), 2, () => 10);

    [Fact]
    public async Task Holds_the_original_messages_of_the_alarms_evidence()
    {
        (ExportedCase written, byte[] file) = await ExportAsync(fromArchive: true);

        VerifiedCase verified = Verify(file);
        verified.Faults.ShouldBeEmpty();
        verified.Evidence.ShouldBeGreaterThan(0);
        verified.Digest.ShouldBe(written.Digest);
        written.Completeness.ShouldBe(Completeness.Complete);
        written.Manifests.ShouldBeGreaterThan(0);
        HashSet<string> sent = [.. _log.Partitions.SelectMany(p => p).Select(r => Convert.ToHexString(r.Value!))];
        Contents(file).Where(f => f.Name.StartsWith("records/", StringComparison.Ordinal))
            .ShouldAllBe(f => sent.Contains(Convert.ToHexString(f.Bytes)));
    }

    [Fact]
    public async Task Is_the_same_file_from_the_log_but_for_the_manifests_and_the_same_each_time()
    {
        byte[] first = (await ExportAsync(fromArchive: true)).File, second = (await ExportAsync(fromArchive: true)).File;
        byte[] live = (await ExportAsync(fromArchive: false)).File;

        second.ShouldBe(first);
        Names(live, "records/").ShouldBe(Names(first, "records/"));
        Verify(live).Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Shows_a_record_that_was_changed_left_out_or_put_in()
    {
        byte[] file = (await ExportAsync(fromArchive: true)).File;
        string record = Names(file, "records/").First();

        Verify(Changed(file, record, bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]))
            .Faults.ShouldContain($"{record} was changed: its SHA-256 is another one");
        ImmutableArray<string> without = Verify(Changed(file, record, _ => null)).Faults;
        without.ShouldContain($"{record} is in the list and not in the case");
        Verify(Changed(file, "records/more.bin", _ => [1])).Faults.ShouldContain("records/more.bin is in the case and not in the list");
        Verify(Changed(file, "SHA256SUMS", _ => null)).Faults.ShouldBe(["it has no SHA256SUMS"]);
    }

    [Fact]
    public void Refuses_what_is_no_case() => Should.Throw<InvalidDataException>(() => Verify([1, 2, 3]));

    public void Dispose() => _archive.Dispose();

    private static VerifiedCase Verify(byte[] file) => CaseVerification.Verify(new MemoryStream(file));

    private async Task<(ExportedCase Written, byte[] File)> ExportAsync(bool fromArchive)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        if (fromArchive && !Directory.Exists(_archive.PathOf(SomeLog.Topic))) await _log.ArchiveAsync(_archive.Store);
        ReplayResult replayed = await Replayed.RunAsync(null, Replayed.All, _log.AsLive());
        DetectedEvent[] history = [.. replayed.Events.GroupBy(e => e.AlarmId).MaxBy(alarm => alarm.Count())!];
        AlarmView? view = null;
        foreach (DetectedEvent e in history) view = AlarmView.Apply(view, e);
        var alarm = new StoredAlarm(view!, [.. history.Select(e => new StoredAlarmEvent(e, e.At))]);
        using var output = new MemoryStream();
        var reader = fromArchive ? new CaseRecordReader(_archive.Store, null) : new CaseRecordReader(null, _log.AsLive());
        ExportedCase written = await new CaseExport(reader).WriteAsync(SomeLog.Topic, alarm, "id: some\n", output, cancellation);
        return (written, output.ToArray());
    }

    private static IEnumerable<string> Names(byte[] file, string folder) =>
        Contents(file).Select(f => f.Name).Where(name => name.StartsWith(folder, StringComparison.Ordinal));

    private static List<(string Name, byte[] Bytes)> Contents(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        var contents = new List<(string, byte[])>();
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            using Stream stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            contents.Add((entry.FullName, bytes.ToArray()));
        }

        return contents;
    }

    /// <param name="change">Gives null for a file that is to go.</param>
    private static byte[] Changed(byte[] file, string name, Func<byte[], byte[]?> change)
    {
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            List<(string Name, byte[] Bytes)> contents = Contents(file);
            if (contents.TrueForAll(f => f.Name != name)) contents.Add((name, []));
            foreach ((string entry, byte[] bytes) in contents)
            {
                if ((entry == name ? change(bytes) : bytes) is not { } now) continue;
                using Stream stream = zip.CreateEntry(entry).Open();
                stream.Write(now);
            }
        }

        return output.ToArray();
    }
}
