using Pipeline.Archive;
using Pipeline.Archive.Files;
using Pipeline.Archive.Manifests;
using Testing;

namespace Archive.Tests;

/// <summary>Another language reads our files as the contract's records: Debian's python3-avro.</summary>
public sealed class OtherToolsTests
{
    private const string Python = "/usr/bin/python3";

    private const string Script = """
        import sys
        from avro.datafile import DataFileReader
        from avro.io import DatumReader
        for record in DataFileReader(open(sys.argv[1], "rb"), DatumReader()):
            value = record["value"]
            what = f'{value["node"]} {value["firstSequence"]} {len(value["events"])}' if isinstance(value, dict) else value
            print(record["partition"], record["offset"], len(record["headers"]), what)
        """;

    [Theory]
    [InlineData(BlockPacking.Zstandard, "import avro.datafile, zstandard", "needs Debian's python3-avro and python3-zstandard")]
    [InlineData(BlockPacking.Deflate, "import avro.datafile", "needs Debian's python3-avro")]
    public async Task Python_reads_the_records_of_the_contract(BlockPacking packing, string needs, string reason)
    {
        Assert.SkipUnless(File.Exists(Python), $"needs {Python}");
        await using (var probe = OwnProcess.Start("python3", Python, ["-c", needs]))
            Assert.SkipUnless(await probe.ExitAsync() == 0, reason);
        using var archive = new TemporaryArchive();
        // Names as the contract allows them: the values of batches with any content are another test's.
        RawRecord[] records = [.. SomeLog.Records(30, seed: 8)];
        await Archived.WriteAsync(archive.Store, records, new ArchiveOptions { Packing = packing, BlockBytes = 2000 });
        SegmentManifest segment = (await Archived.IndexAsync(archive.Store)).Segments.Single().Manifest;

        await using var python = OwnProcess.Start("python3", Python, ["-c", Script, archive.PathOf(segment.Path)]);

        (await python.ExitAsync()).ShouldBe(0, python.Output);
        string[] lines = python.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(records.Length);
        lines.Count(line => line.Contains(" node-", StringComparison.Ordinal)).ShouldBeGreaterThan(20);
        lines[0].ShouldStartWith("0 0 ");
    }
}
