using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Testing.Scripts;

namespace Testing.Truth;

/// <summary>
/// What generated logs are made of: behaviours of every alarm type with what the specification says of each, and near misses that deserve
/// nothing. How often something is repeated is written here and not asked of a detector.
/// </summary>
internal static class Attacks
{
    private const int Setns = 308, Kcmp = 312, Connect = 42, Dup2 = 33, Madvise = 28, Pwrite = 18, NotPermitted = -1;
    private const int Repeats = 7;
    private const int RaceCalls = 50;
    private const int FailuresThatGuess = 5;

    public static ImmutableArray<Attack> All { get; } =
    [
        new("a privileged container starts", Privileged, v => [v.Suffers("AS-01", confirmed: true)]),
        new("a privileged container is created and never starts", PrivilegedNeverStarts, v => [v.Suffers("AS-01")]),
        new("a refused system call is tried again and again", Enters, v => [v.Suffers("SC-03", Repeats)]),
        new("a system call in a container that is described late", EntersUndescribed, v => [v.Suffers("SC-03", Repeats)]),
        new("another process is compared", Compares, v => [v.Suffers("SC-15", Repeats)]),
        new("a dropped program runs twice", DropsAndRuns, v => [v.Suffers("MP-03", 2)]),
        new("a shell on a connection", ReverseShell, v => [v.Suffers("MP-02")]),
        new("a password is guessed", (s, v, _) => Guesses(s, v, FailuresThatGuess), v => [v.Suffers("VE-11")]),
        new("a race on a mapped file", (s, v, _) => Races(s, v, RaceCalls), v => [v.Suffers("VE-01")]),
        new("a file of the host is read", ReadsHostFile, v => [v.Suffers("FE-01")]),
        new("a protected file is deleted", DeletesPasswords, v => [v.Suffers("SF-01")]),
        new("one failure too few", (s, v, _) => Guesses(s, v, FailuresThatGuess - 1), _ => []),
        new("a race of one call too few", (s, v, _) => Races(s, v, RaceCalls - 1), _ => []),
        new("a privileged container whose events were all lost", (s, _, _) => [s.Lost(2)], _ => []),
        new("a program of the image", RunsImage, _ => []),
    ];

    private static IEnumerable<Script> Started(Script s, Victim v)
    {
        yield return s.Created(v.Id, v.Plain);
        yield return s.Started(v.Id);
        yield return s.By(v.Task()).Execs("/bin/app", ["app"], InImage);
    }

    private static IEnumerable<Script> Privileged(Script s, Victim v, Random random)
    {
        yield return s.Created(v.Id, Some.PrivilegedSpec(v.Name));
        yield return s.Started(v.Id);
    }

    private static IEnumerable<Script> PrivilegedNeverStarts(Script s, Victim v, Random random)
    {
        yield return s.Created(v.Id, Some.PrivilegedSpec(v.Name));
    }

    private static IEnumerable<Script> Enters(Script s, Victim v, Random random)
    {
        foreach (Script step in Started(s, v)) yield return step;
        for (int i = 0; i < Repeats; i++) yield return s.After(random.NextDouble()).By(v.Task()).Call(Setns, NotPermitted, 3, 0x20000);
    }

    private static IEnumerable<Script> EntersUndescribed(Script s, Victim v, Random random)
    {
        for (int i = 0; i < Repeats; i++)
        {
            yield return s.By(v.Task()).Call(Setns, NotPermitted, 3, 0x20000);
            if (i == 2) yield return s.Described(v.Id, v.Plain, running: true);
        }
    }

    private static IEnumerable<Script> Compares(Script s, Victim v, Random random)
    {
        foreach (Script step in Started(s, v)) yield return step;
        for (int i = 0; i < Repeats; i++) yield return s.By(v.Task()).Call(Kcmp, 0, 1, 2);
    }

    private static IEnumerable<Script> DropsAndRuns(Script s, Victim v, Random random)
    {
        foreach (Script step in Started(s, v)) yield return step;
        for (int i = 1; i <= 2; i++)
        {
            ScriptedTask child = v.Task() with { Tgid = v.Pid + i, ParentTgid = v.Pid, StartNs = 2_000_000_000 + i };
            yield return s.By(child).Process((_, _) => new ProcessRecord { Action = ProcessAction.Forked });
            yield return s.By(child).Execs("/opt/a", ["a"], Dropped);
            yield return s.By(child with { ExePath = "/opt/a", ExecGeneration = 1 }).Exits();
        }
    }

    private static IEnumerable<Script> ReverseShell(Script s, Victim v, Random random)
    {
        foreach (Script step in Started(s, v)) yield return step;
        ScriptedTask child = v.Task() with { Tgid = v.Pid + 1, ParentTgid = v.Pid, StartNs = 2_000_000_001 };
        yield return s.By(child).Process((_, _) => new ProcessRecord { Action = ProcessAction.Forked });
        yield return s.By(child).Call(Connect, 0, [3], (batch, call) => call with { Data = batch.AddText(FarAway) });
        for (int stream = 0; stream < 3; stream++) yield return s.By(child).Call(Dup2, stream, 3, stream);
        yield return s.By(child).Execs("/bin/sh", ["sh", "-i"], InImage);
    }

    private static IEnumerable<Script> Guesses(Script s, Victim v, int failures)
    {
        foreach (Script step in Started(s, v)) yield return step;
        ScriptedTask guesser = v.Task(exe: "/bin/app") with
        {
            Uid = 1000,
            EffectiveUid = 1000,
            CapEffective = 0,
            CapPermitted = 0,
            ExecGeneration = 1,
        };
        yield return s.By(guesser).Execs("/usr/bin/guess", ["guess"], InImage);
        guesser = guesser with { ExePath = "/usr/bin/guess", ExecGeneration = 2 };
        for (int i = 1; i <= failures; i++)
        {
            ScriptedTask child = guesser with { Tgid = v.Pid + i, ParentTgid = v.Pid, StartNs = 2_000_000_000 + i, ExecGeneration = 0 };
            yield return s.By(child).Process((_, _) => new ProcessRecord { Action = ProcessAction.Forked });
            yield return s.By(child).Execs("/bin/su", ["su", "root"], InImage);
            yield return s.By(child with { ExePath = "/bin/su", ExecGeneration = 1 }).Exits(1);
        }
    }

    private static IEnumerable<Script> Races(Script s, Victim v, int calls)
    {
        const long page = 0x7f0000001000;
        foreach (Script step in Started(s, v)) yield return step;
        for (int i = 0; i < calls; i++)
        {
            s.After(0.001).By(v.Task() with { Tid = v.Pid + 1 }).Call(Madvise, 0, page, 4096, 4);
            s.By(v.Task() with { Tid = v.Pid + 2 }).Call(
                Pwrite, 1, [5, 0, 1, page + 100], (batch, call) => call with { Path = batch.AddText("/proc/self/mem") });
        }

        // In one go: the calls of a race lie within a second.
        yield return s;
    }

    private static IEnumerable<Script> ReadsHostFile(Script s, Victim v, Random random)
    {
        foreach (Script step in Started(s, v)) yield return step;
        yield return s.ContainerMounts(v.Id, v.MountNs, v.Mount);
        yield return s.By(v.Task()).Mounted(v.MountNs, v.Mount + 50, MountSteps.HostDisk, "/etc", "/host/etc", "ext4", v.Mount);
        yield return s.By(v.Task()).Opens("/host/etc/shadow", FileSteps.OnDisk(v.Mount + 50));
    }

    private static IEnumerable<Script> DeletesPasswords(Script s, Victim v, Random random)
    {
        // One that was there before the agent: in the first minute of its life a container may arrange its files.
        yield return s.Existing(v.Id, v.Plain);
        yield return s.ContainerMounts(v.Id, v.MountNs, v.Mount);
        yield return s.By(v.Task()).Does(FileOperation.Unlink, "/etc/passwd", FileSteps.InRoot(mountId: v.Mount));
    }

    private static IEnumerable<Script> RunsImage(Script s, Victim v, Random random)
    {
        foreach (Script step in Started(s, v)) yield return step;
        ScriptedTask child = v.Task() with { Tgid = v.Pid + 1, ParentTgid = v.Pid, StartNs = 2_000_000_001 };
        yield return s.By(child).Process((_, _) => new ProcessRecord { Action = ProcessAction.Forked });
        yield return s.By(child).Execs("/usr/bin/date", ["date"], InImage);
    }

    private static ProcessRecord InImage => new()
    {
        Executable = new FileReference { Device = 55, Inode = 33, Layer = FileLayer.Image, Mode = 0x81ed, Size = 1024, ChangeTimeNs = 1 },
    };

    /// <summary>In the writable layer, changed after every container of a generated log began.</summary>
    private static ProcessRecord Dropped => new()
    {
        Executable = new FileReference
        {
            Device = 55,
            Inode = 77,
            Layer = FileLayer.Upper,
            Mode = 0x81ed,
            Size = 4096,
            ChangeTimeNs = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds() * EventTime.NanosecondsPerSecond,
        },
    };

    /// <summary>203.0.113.9:4444.</summary>
    private static byte[] FarAway => [2, 0, 0x11, 0x5c, 203, 0, 113, 9, 0, 0, 0, 0, 0, 0, 0, 0];
}
