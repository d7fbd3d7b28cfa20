using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Archive;
using Pipeline.Archive.Manifests;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Replay.Certificates;
using Pipeline.Schemas;

namespace Pipeline.Replay.Cases;

/// <summary>What the check of a case found.</summary>
/// <param name="Faults">For people; empty when the case is whole.</param>
/// <param name="Digest">SHA-256 of its list of sums.</param>
public sealed record VerifiedCase(int Files, int Records, int Evidence, ImmutableArray<string> Faults, string Digest);

/// <summary>Checks a case by itself: the sums, and that the evidence of the alarm is in the records. Nothing is unpacked to the
/// disk.</summary>
public static class CaseVerification
{
    private const long MostBytes = 1L << 30;
    private const int MostFiles = 1_000_000, SumLength = 64;

    /// <exception cref="InvalidDataException">It is no ZIP file, or larger than any case.</exception>
    public static VerifiedCase Verify(Stream file)
    {
        using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        if (zip.Entries.Count > MostFiles
            || zip.Entries.Sum(e => e.Length) > MostBytes) throw new InvalidDataException("it is larger than any case");
        var faults = new List<string>();
        var content = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            if (!content.TryAdd(entry.FullName, Read(entry))) faults.Add($"{entry.FullName} is there twice");
        }

        if (!content.Remove(CaseFiles.Sums, out byte[]? sums)) return new VerifiedCase(content.Count, 0, 0, ["it has no SHA256SUMS"], "");
        CheckSums(content, Encoding.UTF8.GetString(sums), faults);
        HashSet<(string Node, string Boot, long Sequence)> present = Records(content, faults);
        int evidence = Evidence(content, present, faults);
        Manifests(content, faults);
        int records = content.Keys.Count(name => name.StartsWith(CaseFiles.Records, StringComparison.Ordinal));
        return new VerifiedCase(content.Count, records, evidence, [.. faults], Convert.ToHexStringLower(SHA256.HashData(sums)));
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        var bytes = new byte[entry.Length];
        stream.ReadExactly(bytes);
        return stream.ReadByte() < 0 ? bytes : throw new InvalidDataException($"{entry.FullName} is longer than it says");
    }

    private static void CheckSums(SortedDictionary<string, byte[]> content, string sums, List<string> faults)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in sums.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = line.Length > SumLength + 2 ? line[(SumLength + 2)..] : "";
            named.Add(name);
            if (!content.TryGetValue(name, out byte[]? bytes)) faults.Add($"{name} is in the list and not in the case");
            else if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != line[..SumLength]) faults.Add(
                $"{name} was changed: its SHA-256 is another one");
        }

        faults.AddRange(content.Keys.Where(name => !named.Contains(name)).Select(name => $"{name} is in the case and not in the list"));
    }

    private static HashSet<(string Node, string Boot, long Sequence)> Records(SortedDictionary<string, byte[]> content, List<string> faults)
    {
        var present = new HashSet<(string, string, long)>();
        var batch = new EventBatch();
        foreach ((string name, byte[] bytes) in content.Where(file => file.Key.StartsWith(CaseFiles.Records, StringComparison.Ordinal)))
        {
            DecodeResult result = NodeEventsCodec.Decode(bytes, batch, DecodeLimits.Default);
            if (!result.IsOk) faults.Add($"{name} cannot be read: {result}");
            for (int i = 0; result.IsOk && i < batch.Count; i++) present.Add((batch.Node.Value, batch.Boot.Value, batch.FirstSequence + i));
        }

        return present;
    }

    private static int Evidence(
        SortedDictionary<string, byte[]> content, HashSet<(string Node, string Boot, long Sequence)> present, List<string> faults)
    {
        int found = 0;
        foreach ((string name, byte[] bytes) in content.Where(file => file.Key.StartsWith(CaseFiles.History, StringComparison.Ordinal)))
        {
            DecodeResult result = AlarmCodec.Decode(bytes, DecodeLimits.Default, out AlarmEvent? e);
            if (!result.IsOk) faults.Add($"{name} cannot be read: {result}");
            if (e is not DetectedEvent detected) continue;
            foreach (Evidence piece in EvidenceLedger.EvidenceOf(detected))
            {
                if (present.Contains((piece.Node, piece.Boot, piece.Sequence))) found++;
                else faults.Add($"{name} rests on {piece.Node}/{piece.Boot}/{piece.Sequence}, which is in no record of the case");
            }
        }

        if (found == 0) faults.Add("no evidence of the alarm is in the case");
        return found;
    }

    private static void Manifests(SortedDictionary<string, byte[]> content, List<string> faults)
    {
        foreach ((string name, byte[] bytes) in content.Where(file => file.Key.StartsWith(CaseFiles.Manifests, StringComparison.Ordinal)))
        {
            try
            {
                SegmentManifest.Read(name, bytes);
            }
            catch (ArchiveException e)
            {
                faults.Add(e.Message);
            }
        }
    }
}
