using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Domain.Alarms;
using Pipeline.Feeds;

namespace Feeds.Tests;

public sealed class FingerprintFeedsTests : IDisposable
{
    private const string A = "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f";
    private const string B = "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b";

    private const string Md5 = "d41d8cd98f00b204e9800998ecf8427e";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("feeds");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Reads_lists_as_sha256sum_prints_them_and_names_what_is_none()
    {
        string path = Write("list.txt", $"# malware\n\n{A}  /opt/a\n{B.ToUpperInvariant()}\n{Md5}\n192.0.2.1:80\r\n");

        (FingerprintSet set, FeedReport report) = Load(new FingerprintFeed(path, "list"));

        set.Count.ShouldBe(2);
        report.Taken.ShouldBe(2);
        report.Bad.ShouldBe(2);
        report.Faults.Select(f => f.ToString()).ShouldBe(
            [$"{path}:5: no SHA-256 digest: \"{Md5}\"", $"{path}:6: no SHA-256 digest: \"192.0.2.1:80\""]);
    }

    [Fact]
    public void Reads_csv_by_the_names_of_its_columns()
    {
        string path = Write("feed.csv", $""""
            # "first_seen","sha256_hash","signature","severity","expires"
            "2026-01-01","{A}","Mirai, the ""bot""",high,2026-02-01
            2026-01-01,{B},,,
            2026-01-01,{B},,grave,
            2026-01-01,{B},,low,soon
            2026-01-01
            """");

        (FingerprintSet set, FeedReport report) = Load(new FingerprintFeed(path, "csv", Severity.Medium));

        Find(set, A).ShouldBe(new Fingerprint(Parse(A), "Mirai, the \"bot\"", Severity.High, "csv", 1_769_904_000));
        Find(set, B).Severity.ShouldBe(Severity.Medium);
        report.Faults.Select(f => f.Line).ShouldBe([4, 5, 6]);
    }

    [Fact]
    public void Reads_indicators_of_a_stix_bundle()
    {
        string path = Write("bundle.json", $$"""
            {"type": "bundle", "id": "bundle--1", "objects": [
              {"type": "malware", "name": "no indicator", "pattern": "[file:hashes.'SHA-256' = '{{B}}']"},
              {"type": "indicator", "name": "Kinsing", "pattern_type": "stix", "valid_until": "2026-02-01T00:00:00Z",
               "pattern": "[file:hashes.'SHA-256' = '{{A}}' OR file:hashes.MD5 = 'x']"},
              {"type": "indicator", "revoked": true, "pattern": "[file:hashes.'SHA-256' = '{{B}}']"},
              {"type": "indicator", "pattern": "[file:hashes.'SHA-256' != '{{B}}']"},
              {"type": "indicator", "pattern": "[file:hashes.'SHA-256' = 'beef']"}
            ]}
            """);

        (FingerprintSet set, FeedReport report) = Load(new FingerprintFeed(path, "stix"));

        set.Count.ShouldBe(1);
        Find(set, A).ShouldBe(new Fingerprint(Parse(A), "Kinsing", Severity.Critical, "stix", 1_769_904_000));
        report.Ignored.ShouldBe(1);
        report.Faults.ShouldHaveSingleItem().Line.ShouldBe(7);
    }

    [Fact]
    public void Reads_attributes_of_misp_events_and_of_their_objects()
    {
        string path = Write("event.json", $$$"""
            {"response": [{"Event": {"info": "TeamTNT", "Attribute": [
              {"type": "filename|sha256", "to_ids": true, "value": "a.sh|{{{A}}}"},
              {"type": "ip-dst", "value": "192.0.2.1"}],
             "Object": [{"name": "file", "Attribute": [
              {"type": "sha256", "comment": "dropper", "value": "{{{B}}}"},
              {"type": "sha256", "to_ids": false, "value": "{{{B}}}"}]}]}}]}
            """);

        (FingerprintSet set, FeedReport report) = Load(new FingerprintFeed(path, "misp"));

        (Find(set, A).Family, Find(set, B).Family).ShouldBe(("TeamTNT", "dropper"));
        report.Ignored.ShouldBe(1);
    }

    [Fact]
    public void Keeps_what_stood_before_a_json_file_was_cut_off()
    {
        string path = Write("cut.json", $"{{\"Attribute\": [\n{{\"type\": \"sha256\", \"value\": \"{A}\"}},\n{{\"type\": ");

        (FingerprintSet set, FeedReport report) = Load(new FingerprintFeed(path, "misp"));

        set.Count.ShouldBe(1);
        report.Faults.ShouldHaveSingleItem().Line.ShouldBe(3);
    }

    [Fact]
    public void Reports_a_feed_that_is_not_there()
    {
        string path = Path.Combine(_directory.FullName, "missing");

        (FingerprintSet set, FeedReport report) = Load(new FingerprintFeed(path, "missing"));

        set.Count.ShouldBe(0);
        report.Faults.ShouldHaveSingleItem().ToString().ShouldStartWith($"{path}: ");
    }

    [Fact]
    public void Names_only_the_first_faults_of_a_file_that_is_no_feed()
    {
        string path = Write("binary", string.Concat(Enumerable.Repeat("\0\u0001 nonsense\n", 5000)) + new string('x', 200_000));

        (_, FeedReport report) = Load(new FingerprintFeed(path, "binary", Format: FeedFormat.List));

        report.Bad.ShouldBe(5001);
        report.Faults.Length.ShouldBe(FeedReport.MostFaults);
        report.Faults[0].Reason.ShouldBe("no SHA-256 digest: \"?? nonsense\"");
    }

    [Theory]
    [InlineData("eset-kobalos.sha256")]
    [InlineData("eset-moose.sha256")]
    [InlineData("eset-windigo.sha256")]
    public void Reads_published_lists(string name)
    {
        string path = Fixture(name);
        int digests = File.ReadLines(path).Count(line => line.Length >= 64);

        (FingerprintSet set, FeedReport report) = Load(new FingerprintFeed(path, "eset"));

        (report.Taken, report.Bad).ShouldBe((digests, 0));
        set.Count.ShouldBeInRange(1, digests);
    }

    [Fact]
    public void Reads_nothing_out_of_a_published_list_of_addresses()
    {
        (FingerprintSet set, FeedReport report) = Load(new FingerprintFeed(Fixture("elf_coinminer.txt"), "maltrail"));

        set.Count.ShouldBe(0);
        report.Bad.ShouldBeGreaterThan(100);
    }

    private static string Fixture(string name)
    {
        Assert.SkipUnless(Testing.Repository.Fixtures is not null, "the third-party inputs are not there");
        return Path.Combine(Testing.Repository.Fixtures!, "FX09_ioc", name);
    }

    private static (FingerprintSet Set, FeedReport Report) Load(FingerprintFeed feed)
    {
        var (set, reports) = FingerprintFeeds.Load([feed]);
        return (set, reports.ShouldHaveSingleItem());
    }

    private static Sha256Digest Parse(string hex)
    {
        Sha256Digest.TryParse(hex, out Sha256Digest digest).ShouldBeTrue();
        return digest;
    }

    private static Fingerprint Find(FingerprintSet set, string hex)
    {
        set.TryFind(Parse(hex), 0, out Fingerprint found).ShouldBeTrue();
        return found;
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
