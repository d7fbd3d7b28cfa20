using Pipeline.Domain.Events;

namespace Attacks;

/// <summary>Programs that should not run: where they come from and what they gain.</summary>
[Trait("Category", "Docker")]
public sealed class ProgramTests(WatchedEngine engine)
{
    [Fact]
    public async Task A_program_from_memory_is_known_whatever_it_calls_itself()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/fileless");

        SeenEvent made = seen.Single("memfd_create");
        made.Data.ShouldBe("payload"u8.ToArray());
        made.Path.ShouldBe("/memfd:payload");
        SeenEvent run = seen.Single("Executed", one => one.Path == "/memfd:payload");
        run.File.Layer.ShouldBe(FileLayer.Memory);
        run.File.LinkCount.ShouldBe(0u);
        run.Raw.ShouldBe("/dev/fd/4");
        run.Arguments.ShouldBe(["kworker/0:0"]);
        run.Task.ExecGeneration.ShouldBe(seen.Single("Executed", one => one.Path == "/tools/fileless").Task.ExecGeneration + 1);
    }

    [Fact]
    public async Task A_shell_on_a_connection_shows_the_socket_on_its_streams()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/backdoor");

        seen.Own().Where(one => one.What is "bind" or "connect" or "dup2" or "accept" || (one.What == "Executed"
            && one.Exe == "/bin/busybox"))
            .Where(one => one.What != "accept").Select(one => one.What).ShouldBe(["bind", "connect", "dup2", "dup2", "dup2", "Executed"]);
        SeenEvent connect = seen.Single("connect");
        connect.Data.ShouldBe([2, 0, 0x11, 0x5c, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        connect.Result.ShouldBe(0);
        seen.Where(one => one.What == "dup2").ShouldAllBe(one => one.Path == connect.Path && one.Path.StartsWith("socket:["));
        SeenEvent shell = seen.Single("Executed", one => one.Exe == "/bin/busybox");
        shell.Process.StandardStreams.ShouldBe(0x333);
        shell.Arguments.ShouldBe(["sh", "-i", "-c", "exit"]);
        shell.Task.Tgid.ShouldBe(connect.Task.Tgid);
        seen.Single("accept").Data[..2].ShouldBe([2, 0]);
    }

    [Fact]
    public async Task A_program_that_was_dropped_is_told_from_one_of_the_image()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "sh", "-c",
            "/bin/busybox cp /tools/nothing /tmp/dropped; /tmp/dropped; /tools/nothing");

        seen.Single("Executed", one => one.Path == "/tmp/dropped").File.Layer.ShouldBe(FileLayer.Upper);
        seen.Single("Executed", one => one.Path == "/tools/nothing").File.Layer.ShouldBe(FileLayer.Image);
        SeenEvent created = seen.Single("Create", one => one.Path == "/tmp/dropped");
        SeenEvent written = seen.Where(one => one is { What: "Write", Path: "/tmp/dropped" }).First();
        created.File.Inode.ShouldBe(written.File.Inode);
        created.At.ShouldBeLessThan(written.At);
        seen.Where(one => one is { What: "Write", Path: "/tmp/dropped" }).Sum(one => one.Bytes).ShouldBe(seen.Single("Executed", one =>
            one.Path == "/tmp/dropped").File.Size);
    }

    [Fact]
    public async Task A_program_with_the_bit_of_its_owner_gains_his_rights()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync(["--user", "1000"], "/tools/elevated");

        SeenEvent run = seen.Own().Single("Executed");
        (run.Process.EffectiveUidBefore, run.Process.CapPermittedBefore).ShouldBe((1000u, 0UL));
        (run.Task.Uid, run.Task.EffectiveUid).ShouldBe((1000u, 0u));
        run.Task.CapPermitted.ShouldNotBe(0UL);
        (run.File.Mode & 0x800).ShouldNotBe(0u);
    }

    [Fact]
    public async Task A_program_with_the_bit_of_its_owner_gains_nothing_where_that_is_forbidden()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync(["--user", "1000", "--security-opt", "no-new-privileges"], "/tools/elevated");

        SeenEvent run = seen.Own().Single("Executed");
        (run.Task.Uid, run.Task.EffectiveUid, run.Task.CapPermitted).ShouldBe((1000u, 1000u, 0UL));
        run.Task.Flags.ShouldBe(TaskFlags.Started | TaskFlags.NoNewPrivileges);
    }

    [Theory]
    [InlineData("1000", false, 0, 0)]
    [InlineData("1000", true, 1000, 1)]
    [InlineData("0", false, 0, 0)]
    public async Task Sudo_raises_rights_unless_that_is_forbidden(string user, bool forbidden, int effective, int exitCode)
    {
        await engine.RequireDebianAsync();
        string[] options = ["--user", user, .. forbidden ? new[] { "--security-opt", "no-new-privileges" } : []];
        string id = await engine.StartContainerAsync(WatchedEngine.DebianImage, true, options, ["/usr/bin/sudo", "-n", "/tools/nothing"]);

        IReadOnlyList<SeenEvent> seen = await engine.EndOfAsync(id);

        SeenEvent run = seen.Single("Executed", one => one is { Started: true, Path: "/usr/bin/sudo" });
        (run.Task.Uid, run.Task.EffectiveUid).ShouldBe((uint.Parse(user, null), (uint)effective));
        run.Task.Flags.HasFlag(TaskFlags.NoNewPrivileges).ShouldBe(forbidden);
        seen.Count(one => one is { What: "Executed", Path: "/tools/nothing", Task.Uid: 0 }).ShouldBe(forbidden ? 0 : 1, await engine.OutputAsync(id));
        (seen.Own()[^1].Process.ExitCode == 0 ? 0 : 1).ShouldBe(exitCode, await engine.OutputAsync(id));
    }

    [Fact]
    public async Task A_script_names_itself_and_its_interpreter()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync(
            [], "sh", "-c",
                "/bin/busybox printf '#!/bin/sh\\nexit 0\\n' > /tmp/script; /bin/busybox chmod +x /tmp/script; busybox env /tmp/script");

        SeenEvent run = seen.Single("Executed", one => one.Raw == "/tmp/script");
        run.Path.ShouldBe("/bin/busybox");
        run.Process.Script.IsEmpty.ShouldBeFalse();
        run.Arguments.ShouldBe(["/bin/sh", "/tmp/script"]);
    }
}
