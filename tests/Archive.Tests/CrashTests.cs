using System.Collections.Immutable;
using Pipeline.Archive;
using Pipeline.Archive.Stores;

namespace Archive.Tests;

/// <summary>Whenever the archiver ends, the next one goes on, and nothing is lost or doubled.</summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData(1, 4_000)]
    [InlineData(2, 4_000)]
    [InlineData(3, 4_000)]
    [InlineData(4, 12_000)]
    [InlineData(5, 12_000)]
    public async Task Neither_loses_nor_doubles_a_record_whenever_it_ends(int seed, int rollBytes)
    {
        using var archive = new TemporaryArchive();
        var random = new Random(seed);
        RawRecord[] records = [.. SomeLog.Records(400, seed)];
        var options = new ArchiveOptions { RollBytes = rollBytes, BlockBytes = 1000 };
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        int crashes = 0;
        while (true)
        {
            var store = new CrashingStore(archive.Store, random, archive.Root);
            PartitionWriter writer = await PartitionWriter.OpenAsync(store, SomeLog.Topic, 0, options, TimeProvider.System, cancellation);
            try
            {
                foreach (RawRecord record in records.Where(r => r.Offset >= (writer.SealedOffset ?? 0)))
                {
                    if (random.Next(60) == 0) throw new CrashException();
                    await writer.AddAsync(record, cancellation);
                }

                await writer.SealAsync(cancellation);
                break;
            }
            catch (CrashException)
            {
                crashes++;
                LeaveBehind(writer, store.Scratch);
            }
        }

        crashes.ShouldBeGreaterThan(3);
        Archived.Text(await Archived.ReadAsync(archive.Store)).ShouldBe(Archived.Text(records));
        VerifiedPartition verified = (await ArchiveVerifier.VerifyAsync(archive.Store, SomeLog.Topic, cancellation)).Single();
        verified.Fault.ShouldBeNull();

        // Crashes were inside of segments too, not only between them.
        (await Archived.IndexAsync(archive.Store)).Segments.Max(s => s.Manifest.Records).ShouldBeGreaterThan(10);
    }

    /// <summary>A killed process holds no file any more, and has not tidied up either: what it was writing stays.</summary>
    private static void LeaveBehind(PartitionWriter writer, string scratch)
    {
        string[] left = Directory.Exists(scratch) ? Directory.GetFiles(scratch, "*.avro") : [];
        foreach (string file in left) File.Move(file, file + ".left");
        writer.Dispose();
        foreach (string file in left) File.Move(file + ".left", file);
    }

    private sealed class CrashException : Exception;

    /// <summary>Ends the process, so to speak, before or after any step, and leaves files cut short.</summary>
    private sealed class CrashingStore(DirectoryStore inner, Random random, string root) : IArchiveStore
    {
        public string Location => inner.Location;

        public string Scratch => inner.Scratch;

        public IDisposable? TryLock() => inner.TryLock();

        public Task<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancellation) =>
            inner.ListAsync(prefix, cancellation);

        public Task<Stream> OpenAsync(string name, long from, CancellationToken cancellation) => inner.OpenAsync(name, from, cancellation);

        public async Task PutAsync(string name, string file, CancellationToken cancellation)
        {
            if (random.Next(6) == 0)
            {
                byte[] bytes = await File.ReadAllBytesAsync(file, cancellation);
                await File.WriteAllBytesAsync(Path.Combine(root, ".incoming", "torn"), bytes[..random.Next(bytes.Length)], cancellation);
                throw new CrashException();
            }

            await inner.PutAsync(name, file, cancellation);
            if (random.Next(6) == 0) throw new CrashException();
        }

        public async Task<bool> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
        {
            if (random.Next(6) == 0) throw new CrashException();
            bool made = await inner.TryCreateAsync(name, content, cancellation);
            return random.Next(6) == 0 ? throw new CrashException() : made;
        }

        public Task DeleteAsync(string name, CancellationToken cancellation) => inner.DeleteAsync(name, cancellation);
    }
}
