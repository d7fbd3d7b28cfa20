using System.Collections.Immutable;
using System.Text;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Feeds.Formats;

namespace Pipeline.Feeds;

/// <summary>
/// Reads feeds of malware digests from files. Whatever cannot be used is counted and named and stops nothing: a feed is somebody else's and
/// may be cut off, mixed or wrong.
/// </summary>
public static class FingerprintFeeds
{
    /// <summary>JSON is read as a whole; public bundles have some ten megabytes.</summary>
    public const int LargestJson = 512 * 1024 * 1024;

    private static readonly FileStreamOptions Sequential = new()
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read,
        Options = FileOptions.SequentialScan,
    };

    public static (FingerprintSet Set, ImmutableArray<FeedReport> Reports) Load(ImmutableArray<FingerprintFeed> feeds)
    {
        var builder = new FingerprintSetBuilder();
        ImmutableArray<FeedReport> reports = [.. feeds.Select(feed => Read(feed, builder))];
        return (builder.Build(), reports);
    }

    public static FeedReport Read(FingerprintFeed feed, FingerprintSetBuilder into)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(into);
        var target = new FeedTarget(feed, into);
        try
        {
            using var file = new FileStream(feed.Path, Sequential);
            Read(file, feed.Format == FeedFormat.Detect ? Detect(file) : feed.Format, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            target.Fault(0, e.Message);
        }

        return target.Report();
    }

    private static void Read(FileStream file, FeedFormat format, FeedTarget target)
    {
        if (format is FeedFormat.Stix or FeedFormat.Misp)
        {
            if (file.Length > LargestJson) target.Fault(0, $"it has {file.Length} bytes, JSON may have {LargestJson}");
            else JsonFeed.Read(Whole(file), format, target);
            return;
        }

        using var lines = new StreamReader(file, Encoding.UTF8);
        if (format == FeedFormat.Csv) CsvFeed.Read(lines, target);
        else ListFeed.Read(lines, target);
    }

    /// <summary>JSON begins with a bracket; a CSV has a line that names its columns; everything else is a list.</summary>
    private static FeedFormat Detect(FileStream file)
    {
        var head = new byte[4096];
        int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        string text = Encoding.UTF8.GetString(head, 0, length).TrimStart('\uFEFF').TrimStart();
        if (text.StartsWith('{') || text.StartsWith('['))
        {
            bool stix = text.Contains("\"bundle\"", StringComparison.Ordinal) || text.Contains("\"spec_version\"", StringComparison.Ordinal)
                || text.Contains("\"indicator\"", StringComparison.Ordinal);
            return stix ? FeedFormat.Stix : FeedFormat.Misp;
        }

        return text.Split('\n').Any(CsvFeed.IsHead) ? FeedFormat.Csv : FeedFormat.List;
    }

    private static byte[] Whole(FileStream file)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
