using Pipeline.Archive;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;

namespace Archive.Tests;

/// <summary>Whatever is done to a sealed archive, verification says where.</summary>
public sealed class VerifierTests : IAsyncLifetime
{
    private readonly TemporaryArchive _archive = new();
    private PartitionIndex _index = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Archived.WriteAsync(_archive.Store, SomeLog.Records(400), new ArchiveOptions { RollBytes = 8_000, BlockBytes = 500 });
        _index = await Archived.IndexAsync(_archive.Store);
        _index.Segments.Length.ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task Finds_nothing_wrong_with_what_was_not_touched() => (await FaultAsync()).ShouldBeNull();

    [Fact]
    public async Task Names_the_first_broken_bytes()
    {
        SegmentManifest segment = _index.Segments.Select(s => s.Manifest).MaxBy(s => s.Blocks.Length)!;
        BlockEntry block = segment.Blocks[^2];
        Change(segment.Path, bytes => bytes[(int)block.At + 40] ^= 1);

        (await FaultAsync()).ShouldBe(
            $"segment {segment.Path}: bytes {block.At}-{block.At + block.Length - 1} are broken (from offset {block.FirstOffset}): "
            + "its SHA-256 is another one");
    }

    [Fact]
    public async Task Names_the_byte_at_which_a_file_was_cut()
    {
        SegmentManifest segment = _index.Segments[0].Manifest;
        await using (FileStream file = File.OpenWrite(_archive.PathOf(segment.Path))) file.SetLength(5000);

        (await FaultAsync()).ShouldBe(
            $"segment {segment.Path}: the file ends at byte 5000 of {segment.Bytes}: bytes 5000-{segment.Bytes - 1} are missing");
    }

    [Fact]
    public async Task Names_a_missing_segment_by_its_offsets()
    {
        SegmentManifest segment = _index.Segments[1].Manifest;
        File.Delete(_archive.PathOf(segment.Path));
        (await FaultAsync()).ShouldBe(
            $"segment {segment.Path}: the file is missing (offsets {segment.FirstOffset}-{segment.NextOffset - 1})");

        File.Delete(_archive.PathOf(ArchiveNames.Manifest(segment.Topic, segment.Partition, segment.FirstOffset)));
        (await FaultAsync())!.ShouldEndWith($"offsets {segment.FirstOffset}-{segment.NextOffset - 1} are in no segment");
    }

    [Fact]
    public async Task Notices_a_manifest_that_was_changed()
    {
        SegmentManifest segment = _index.Segments[1].Manifest;
        string name = _archive.PathOf(ArchiveNames.Manifest(segment.Topic, segment.Partition, segment.FirstOffset));
        await File.WriteAllBytesAsync(name, (segment with { Undecodable = 0, Events = 1 }).Write(), Cancellation);

        (await FaultAsync())!.ShouldContain("is chained to another manifest than the one before it");
    }

    [Fact]
    public async Task Verifies_on_after_the_oldest_segments_were_given_up()
    {
        long bytes = _index.Segments.TakeLast(2).Sum(s => s.Manifest.Bytes);

        var given = await ArchiveRetention.PruneAsync(_archive.Store, SomeLog.Topic, null, bytes, Cancellation);

        given.Length.ShouldBe(_index.Segments.Length - 2);
        (await FaultAsync()).ShouldBeNull();
        (await Archived.IndexAsync(_archive.Store)).NextOffset.ShouldBe(_index.NextOffset);
        File.Exists(_archive.PathOf(_index.Segments[0].Manifest.Path)).ShouldBeFalse();
    }

    [Fact]
    public async Task Gives_up_by_the_age_of_the_newest_event()
    {
        DateTimeOffset keep = DateTimeOffset.UnixEpoch.AddTicks(_index.Segments[0].Manifest.ToNs / 100 + 1);

        var given = await ArchiveRetention.PruneAsync(_archive.Store, SomeLog.Topic, keep, null, Cancellation);

        given.ShouldNotBeEmpty();
        given.ShouldAllBe(stub => stub.ToNs <= _index.Segments[0].Manifest.ToNs);
    }

    [Fact]
    public void Lets_one_process_archive_at_a_time()
    {
        DirectoryStore store = _archive.Store;
        using (store.TryLock().ShouldNotBeNull()) store.TryLock().ShouldBeNull();
        using (store.TryLock().ShouldNotBeNull())
        {
        }
    }

    public ValueTask DisposeAsync()
    {
        _archive.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string?> FaultAsync() =>
        (await ArchiveVerifier.VerifyAsync(_archive.Store, SomeLog.Topic, Cancellation)).Single().Fault;

    private void Change(string name, Action<byte[]> change)
    {
        byte[] bytes = File.ReadAllBytes(_archive.PathOf(name));
        change(bytes);
        File.WriteAllBytes(_archive.PathOf(name), bytes);
    }
}
