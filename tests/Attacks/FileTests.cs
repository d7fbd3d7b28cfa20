using Pipeline.Domain.Events;

namespace Attacks;

/// <summary>Files: every way to change one, and every name for one of the host's.</summary>
[Trait("Category", "Docker")]
public sealed class FileTests(WatchedEngine engine)
{
    [Fact]
    public async Task Every_change_of_a_file_is_seen_once_and_in_order()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/change");

        seen.Own().Where(one => one.What is not "Executed" and not "Exited").Select(Expect.Short).ShouldBe(
        [
            "MakeDirectory /work", "ChangeDirectory /work", "Create /work/file", "Write /work/file", "Truncate /work/file",
            "MapSharedWritable /work/file",
            "ChangeMode /work/file", "Open /work/file", "Truncate /work/file", "ChangeMode /work/file", "ChangeOwner /work/file",
            "SetTimes /work/file",
            "SetExtendedAttribute /work/file -> user.mark", "RemoveExtendedAttribute /work/file -> user.mark",
            "Link /work/file -> /work/second",
            "Symlink /work/pointer -> /etc/passwd", "Rename /work/second -> /work/third", "Rename /work/third -> /work/fourth",
            "Unlink /work/fourth",
            "Unlink /work/pointer", "MakeNode /work/pipe", "MakeDirectory /work/below", "RemoveDirectory /work/below",
        ]);
        seen.Single("Create").Raw.ShouldBe("file");
        seen.Single("Write").Bytes.ShouldBe(5);
        seen.Single("ChangeMode", one => one.Raw.Length > 0).Flags.ShouldBe(0x9ed);
        (seen.Single("Open").Flags & 0x200).ShouldBe(0x200);
        seen.Where(one => one.Started && one.File.Inode != 0 && one.What != "Executed" && one.Path == "/work/file")
            .Select(one => (one.File.Device, one.File.Inode, one.File.Layer)).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_file_of_the_host_is_the_same_by_every_name()
    {
        engine.Require();
        File.WriteAllText(Path.Combine(engine.HostDirectory, "secret"), "x");

        IReadOnlyList<SeenEvent> seen = await engine.RunAsync(["-v", $"{engine.HostDirectory}:/host"], "/tools/reach", "/host", "secret");

        SeenEvent[] opened = [.. seen.Where(one => one.What == "Open" && one.Path == "/host/secret")];
        opened.Select(one => one.Raw).ShouldBe(
            ["/host/secret", "/host/../host/./secret", "/tmp/pointer", "secret", "/proc/self/root/host/secret", "secret"]);
        opened.Select(one => (one.File.Device, one.File.Inode, one.File.MountId)).Distinct().Count().ShouldBe(1);
        opened.ShouldAllBe(one => one.File.Layer == FileLayer.Mount && one.Result >= 0);
    }

    [Fact]
    public async Task A_file_of_the_image_that_is_only_read_gives_nothing()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "cat", "/tools/nothing");

        seen.Own().Where(one => one.Path == "/tools/nothing").ShouldBeEmpty();
    }
}
