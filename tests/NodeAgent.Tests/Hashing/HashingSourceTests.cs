using System.Security.Cryptography;
using System.Text;
using Agents.NodeAgent.Hashing;
using Agents.NodeAgent.Inventory;
using NodeAgent.Tests.Docker;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Hashing;

public sealed class HashingSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingSink _sink = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Publishes_the_digest_of_what_a_process_runs()
    {
        File.Copy("/usr/bin/sleep", _directory["my-sleep"]);
        await using OwnProcess process = OwnProcess.Start("my-sleep", _directory["my-sleep"], ["1000"]);
        byte[] digest = SHA256.HashData(File.ReadAllBytes(_directory["my-sleep"]));
        ExecutableSeen seen = Seen(_directory["my-sleep"], process.Id);
        await Eventually.TrueAsync(() => LinuxFiles.Facts($"/proc/{process.Id}/exe")?.Inode == seen.File.Inode, "the process to run its program");
        // The name does not matter: the file is reached through the process.
        File.Delete(_directory["my-sleep"]);
        HashingSource source = Start();

        source.Seen(Seen("/proc/self/exe", process.Id) with { File = seen.File });

        HashedFile hashed = (await PublishedAsync(1))[0];
        hashed.Sha256.ShouldBe(digest);
        (hashed.File.Device, hashed.File.Inode).ShouldBe((seen.File.Device, seen.File.Inode));
        await process.KillAsync();
    }

    [Fact]
    public async Task Reaches_a_file_by_its_path_when_the_process_runs_another_by_now()
    {
        File.WriteAllText(_directory["a"], "content");
        HashingSource source = Start();

        source.Seen(Seen(_directory["a"]));

        (await PublishedAsync(1))[0].Sha256.ShouldBe(SHA256.HashData("content"u8));
    }

    [Fact]
    public async Task Publishes_once_and_again_when_asked_to_or_when_the_file_has_changed()
    {
        File.WriteAllText(_directory["a"], "first");
        HashingSource source = Start();

        source.Seen(Seen(_directory["a"]));
        source.Seen(Seen(_directory["a"]));
        source.Seen(Seen(_directory["a"]) with { Announce = true });
        await PublishedAsync(2);
        File.WriteAllText(_directory["a"], "other");
        source.Seen(Seen(_directory["a"]));

        HashedFile[] published = await PublishedAsync(3);
        published[0].Sha256.ShouldBe(SHA256.HashData("first"u8));
        published[1].Sha256.ShouldBe(published[0].Sha256);
        published[2].Sha256.ShouldBe(SHA256.HashData("other"u8));
        source.State.Detail.ShouldStartWith("2 hashed, 0 waiting, 0 found no room");
    }

    [Fact]
    public async Task Publishes_nothing_of_a_file_that_is_another_or_gone_or_too_large_or_no_file()
    {
        File.WriteAllText(_directory["a"], "content");
        File.WriteAllText(_directory["b"], "other");
        File.WriteAllText(_directory["large"], new string('x', 2_000));
        HashingSource source = Start(new HashingOptions { MostBytes = 1_000 });

        source.Seen(Seen(_directory["a"]) with { Path = Encoding.UTF8.GetBytes(_directory["b"]) });
        source.Seen(Seen(_directory["a"], int.MaxValue));
        source.Seen(Seen(_directory["large"]));
        source.Seen(Seen("/dev/null"));
        source.Seen(Seen(_directory["b"]));

        (await PublishedAsync(1)).ShouldHaveSingleItem().Sha256.ShouldBe(SHA256.HashData("other"u8));
        source.State.Detail.ShouldBe("1 hashed, 0 waiting, 0 found no room, 3 were gone, 1 too large");
    }

    [Fact]
    public void Counts_what_finds_no_room_and_never_waits()
    {
        File.WriteAllText(_directory["a"], "content");
        var source = new HashingSource(new HashingOptions { Queue = 2 }, TimeProvider.System);

        for (int i = 0; i < 5; i++) source.Seen(Seen(_directory["a"]));

        source.Refused.ShouldBe(3);
        source.State.Detail.ShouldContain("2 waiting, 3 found no room");
    }

    [Fact]
    public void Writes_an_event_that_a_reader_of_the_log_understands()
    {
        var batch = new EventBatch();
        batch.Begin(new("n"), new("b"), 1, default, 0);
        byte[] digest = SHA256.HashData("x"u8);

        new HashedFile("/bin/x"u8.ToArray(), new FileReference { Inode = 7 }, digest).AddTo(batch, 5);

        FileRecord record = batch.Files[0];
        record.Operation.ShouldBe(FileOperation.Hashed);
        batch.Utf8(record.Sha256).SequenceEqual(digest).ShouldBeTrue();
        batch.String(record.Path).ShouldBe("/bin/x");
        record.File.Inode.ShouldBe(7UL);
    }

    private static ExecutableSeen Seen(string path, int? tgid = null)
    {
        FileFacts facts = LinuxFiles.Facts(path)!.Value;
        var file = new FileReference { Device = facts.Device, Inode = facts.Inode, Size = facts.Size, ChangeTimeNs = facts.ChangedNs };
        return new ExecutableSeen(tgid ?? Environment.ProcessId, Encoding.UTF8.GetBytes(path), file, Announce: false);
    }

    private HashingSource Start(HashingOptions? options = null)
    {
        var source = new HashingSource(options ?? new HashingOptions(), TimeProvider.System);
        _ = source.RunAsync(_sink, _stop.Token);
        return source;
    }

    private async Task<HashedFile[]> PublishedAsync(int count)
    {
        await Eventually.TrueAsync(() => _sink.Composed.Length >= count, $"{count} digests");
        return [.. _sink.Composed.Cast<HashedFile>()];
    }
}
