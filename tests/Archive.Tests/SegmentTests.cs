using Pipeline.Archive;
using Pipeline.Archive.Files;
using Pipeline.Archive.Manifests;

namespace Archive.Tests;

/// <summary>What goes into an archive comes out of it, byte for byte, and its manifests say what is where.</summary>
public sealed class SegmentTests : IDisposable
{
    private readonly TemporaryArchive _archive = new();

    [Theory]
    [InlineData(BlockPacking.Zstandard, 1)]
    [InlineData(BlockPacking.Zstandard, 20_000)]
    [InlineData(BlockPacking.Deflate, 20_000)]
    public async Task Gives_back_every_record_as_it_was(BlockPacking packing, int blockBytes)
    {
        RawRecord[] records = [.. SomeLog.Records(500)];

        await Archived.WriteAsync(_archive.Store, records,
            new ArchiveOptions { Packing = packing, BlockBytes = blockBytes, RollBytes = 8_000 });

        Archived.Text(await Archived.ReadAsync(_archive.Store)).ShouldBe(Archived.Text(records));
        (await Archived.IndexAsync(_archive.Store)).Segments.Length.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Says_in_the_manifests_what_is_where()
    {
        RawRecord[] records = [.. SomeLog.Records(500)];

        await Archived.WriteAsync(_archive.Store, records, new ArchiveOptions { RollBytes = 8_000, BlockBytes = 1000 });

        PartitionIndex index = await Archived.IndexAsync(_archive.Store);
        index.Segments.Sum(s => s.Manifest.Records).ShouldBe(records.Length);
        index.Segments[0].Manifest.Schemas.ShouldContain(schema => schema.Length == 16);
        NodeContent[] nodes = [.. index.Segments.SelectMany(s => s.Manifest.Nodes).Where(n => n.Node == "node-1")];
        SequenceLedger.Of(nodes.SelectMany(n => n.Ranges)).Ranges.ShouldBe([new SequenceRange(0, nodes.Sum(n => n.Events) - 1)]);
        nodes.ShouldAllBe(node => node.FromNs > 0 && node.FromNs <= node.ToNs);
        nodes.Any(node => node.Containers.MayContain(SomeLog.Container(3))).ShouldBeTrue();
        nodes.All(node => node.Containers.MayContain(SomeLog.Container(300))).ShouldBeFalse();
    }

    [Fact]
    public async Task Tells_what_was_gone_before_it_could_be_archived()
    {
        using PartitionWriter writer = await PartitionWriter.OpenAsync(
            _archive.Store, SomeLog.Topic, 0, ArchiveOptions.Default, TimeProvider.System, TestContext.Current.CancellationToken);
        writer.NoteBeginning(100);
        foreach (RawRecord record in SomeLog.Records(200).Where(r => r.Offset >= 100))
            await writer.AddAsync(record, TestContext.Current.CancellationToken);
        await writer.SealAsync(TestContext.Current.CancellationToken);

        SegmentManifest manifest = (await Archived.IndexAsync(_archive.Store)).Segments.Single().Manifest;
        (manifest.FirstOffset, manifest.GoneBefore).ShouldBe((0, 100));
    }

    public void Dispose() => _archive.Dispose();
}
