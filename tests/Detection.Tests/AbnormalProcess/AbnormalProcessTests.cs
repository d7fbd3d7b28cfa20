using System.Collections.Immutable;
using Detection.Tests.Carriers;
using Detection.Tests.MaliciousProgram;
using Detection.Tests.Proof;
using Pipeline.Detection;
using Pipeline.Detection.AbnormalProcess;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;
using static Detection.Tests.MaliciousProgram.ProgramScript;

namespace Detection.Tests.AbnormalProcess;

/// <summary>AP-01: what whitelists allow and what they do not.</summary>
public sealed class AbnormalProcessTests
{
    private static readonly ProcessEntry App = new() { Path = "/usr/bin/app" };

    [Fact]
    [Raises("AP-01")]
    public void Alarms_on_a_program_that_is_not_listed() =>
        RunningContainer().Runs(11, "/usr/bin/curl", "curl").ThenAlarms(With(App), "raised AP-01 Medium /usr/bin/curl: reason:not-listed");

    [Fact]
    [Spares("AP-01")]
    public void Says_nothing_without_a_whitelist_for_the_container()
    {
        RunningContainer().Runs(11, "/usr/bin/curl", "curl").ThenAlarms(Under([]));
        RunningContainer().Runs(11, "/usr/bin/curl", "curl")
            .ThenAlarms(Under([List(App) with { Scope = WhitelistScope.Image, ScopeValue = "redis:7" }]));
    }

    [Fact]
    [Spares("AP-01")]
    public void Says_nothing_of_forks_of_the_runtime_and_of_the_host() =>
        RunningContainer().Forks(11).Forks(12)
            .By(new ScriptedTask { Container = "c1", Tgid = 20, Flags = TaskFlags.None }).Execs("/proc/self/exe", "runc", "init")
            .By(new ScriptedTask { Container = "c1", Tgid = 21, Flags = TaskFlags.Started | TaskFlags.Runtime })
                .Execs("/usr/bin/runc", "runc", "init")
            .By("", 22, "/usr/bin/curl").Execs("/usr/bin/curl", "curl")
            .ThenAlarms(With(App));

    [Fact]
    [Spares("AP-01")]
    public void Knows_an_allowed_program_behind_a_symbolic_link_and_from_another_thread() =>
        RunningContainer()
            .Forks(11).Process((batch, _) => new ProcessRecord
            {
                Action = ProcessAction.Executed,
                FileName = batch.AddText("/usr/local/bin/link"),
                Arguments = batch.AddText("link\0"),
            })
            .By(new ScriptedTask { Container = "c1", Tgid = 30, Tid = 31, ExePath = "/usr/bin/app", ExecGeneration = 1 })
                .Execs("/usr/bin/app", "app")
            .ThenAlarms(With(App));

    [Theory]
    [InlineData("/usr/bin/*", "/usr/bin/curl", true)]
    [InlineData("/usr/bin/py?hon3", "/usr/bin/python3", true)]
    [InlineData("/usr/bin/*", "/opt/curl", false)]
    [InlineData("/usr/bin/curl", "/usr/bin/curl2", false)]
    public void Compares_paths_with_patterns(string pattern, string path, bool allowed)
    {
        var alarms = RunningContainer().Runs(11, path, "x").Run(With(App, new ProcessEntry { Path = pattern }));

        alarms.IsEmpty.ShouldBe(allowed);
    }

    [Fact]
    [Raises("AP-01")]
    [Spares("AP-01")]
    public void Alarms_when_an_allowed_path_has_another_content_also_when_the_digest_comes_late()
    {
        ProcessEntry entry = new() { Path = "/usr/bin/tool", Sha256 = Digest(1).ToString() };
        const string raised = "raised AP-01 Medium /usr/bin/tool: reason:hash-mismatch";

        RunningContainer().Hashed(InImage(), Digest(2)).Runs(11, "/usr/bin/tool", ["tool"], File(InImage()))
            .ThenAlarms(With(App, entry), raised);
        RunningContainer().Runs(11, "/usr/bin/tool", ["tool"], File(InImage())).After(5).Exits().After(30).Hashed(InImage(), Digest(2))
            .ThenAlarms(With(App, entry), raised);
        RunningContainer().Runs(11, "/usr/bin/tool", ["tool"], File(InImage())).After(5).Hashed(InImage(), Digest(1))
            .ThenAlarms(With(App, entry));
    }

    [Fact]
    [Spares("AP-01")]
    public void Allows_by_content_alone() =>
        RunningContainer().Hashed(Dropped(), Digest(1)).Runs(11, "/tmp/anything", ["x"], File(Dropped()))
            .ThenAlarms(With(App, new ProcessEntry { Sha256 = Digest(1).ToString() }));

    [Theory]
    [InlineData(FileLayer.Mount, "Medium")]
    [InlineData(FileLayer.Upper, "High")]
    [Raises("AP-01")]
    [Spares("AP-01")]
    public void Alarms_on_an_allowed_path_that_is_not_the_images_file(FileLayer layer, string severity)
    {
        FileReference file = InImage() with { Layer = layer };

        RunningContainer().Runs(11, "/usr/bin/app", ["app"], File(file))
            .ThenAlarms(With(App), $"raised AP-01 {severity} /usr/bin/app: reason:other-layer");
        RunningContainer().Runs(11, "/usr/bin/app", ["app"], File(file)).ThenAlarms(With(App with { AnyLayer = true }));
    }

    [Fact]
    [Raises("AP-01")]
    [Spares("AP-01")]
    public void Allows_applets_by_an_entry_for_the_program_and_the_applet()
    {
        Script script = RunningContainer().Runs(11, "/bin/busybox", "ls", "-l").Runs(12, "/bin/busybox", "/bin/busybox", "cat", "a");
        ProcessEntry ls = new() { Path = "/bin/busybox", Applet = "ls" };

        script.ThenAlarms(With(App, ls, ls with { Applet = "c?t" }));
        script.ThenAlarms(With(App, ls), "raised AP-01 High /bin/busybox: reason:not-listed applet:cat");
    }

    [Fact]
    [Raises("AP-01")]
    public void Takes_an_entry_for_a_program_that_is_many_for_none_of_its_applets() =>
        RunningContainer().Runs(11, "/bin/busybox", "ls").ThenAlarms(With(App, new ProcessEntry { Path = "/bin/busybox" }),
            "raised AP-01 High /bin/busybox: reason:not-listed applet:ls");

    [Fact]
    [Raises("AP-01")]
    [Spares("AP-01")]
    public void Looks_at_scripts_where_the_list_says_so()
    {
        Script script = RunningContainer().Forks(11).Execs("/usr/bin/python3", ["python3", "/tmp/evil.py"], default)
            .Process((batch, _) => new ProcessRecord { Action = ProcessAction.Executed, Script = batch.AddText("/tmp/evil.py") });
        ProcessEntry python = new() { Path = "/usr/bin/python3", Script = "/srv/*" };

        script.ThenAlarms(With(App, python));
        AlarmText.Short(script.Run(Under([List(App, python) with { CheckScripts = true }])))[^1]
            .ShouldBe("raised AP-01 High /usr/bin/python3: reason:script-not-listed script:/tmp/evil.py");
    }

    [Fact]
    [Raises("AP-01")]
    [Spares("AP-01")]
    public void Compares_command_lines_parents_and_users()
    {
        ProcessEntry entry = new() { Path = "/usr/bin/tool", CommandLine = "tool (start|stop) [a-z]+", Parent = "/usr/bin/app", User = 7 };
        ScriptedTask app = new() { Container = "c1", Tgid = 10, ExePath = "/usr/bin/app", EffectiveUid = 7 };

        RunningContainer().By(app).Runs(11, "/usr/bin/tool", "tool", "start", "web").ThenAlarms(With(App, entry));
        RunningContainer().By(app).Runs(11, "/usr/bin/tool", "tool", "start", "web;id").Run(With(App, entry)).Length.ShouldBe(1);
        RunningContainer().By(app with { EffectiveUid = 0 }).Runs(11, "/usr/bin/tool", "tool", "start", "web").Run(With(App, entry))
            .Length.ShouldBe(1);
        RunningContainer().By("c1", 40, "/bin/other").Execs("/usr/bin/app", "app")
            .By(app with { Tgid = 41, ExePath = "/bin/x", ParentTgid = 9 })
            .Execs("/usr/bin/tool", "tool", "start", "web").Run(With(App, entry)).Length.ShouldBe(1);
    }

    [Fact]
    [Raises("AP-01")]
    public void Allows_nothing_by_an_entry_that_cannot_be_read()
    {
        RunningContainer().Runs(11, "/usr/bin/curl", "curl")
            .Run(With(App, new ProcessEntry { Path = "/usr/bin/curl", CommandLine = "(a)\\1" })).Length.ShouldBe(1);
        RunningContainer().Runs(11, "/usr/bin/curl", "curl").Run(With(App, new ProcessEntry { Path = "/usr/bin/curl", Sha256 = "beef" }))
            .Length.ShouldBe(1);
        RunningContainer().Runs(11, "/usr/bin/curl", "curl").Run(With(App, new ProcessEntry())).Length.ShouldBe(1);
    }

    [Fact]
    [Raises("AP-01")]
    public void Lets_a_denial_beat_every_permission() =>
        RunningContainer().Runs(11, "/usr/bin/curl", "curl")
            .ThenAlarms(With(App, new ProcessEntry { Path = "*" }, new ProcessEntry { Path = "/usr/bin/curl", Effect = EntryEffect.Deny }),
                "raised AP-01 High /usr/bin/curl: reason:denied");

    [Fact]
    [Raises("AP-01")]
    [Spares("AP-01")]
    public void Lets_an_entry_expire_by_the_time_of_the_events()
    {
        ProcessEntry entry = new() { Path = "/usr/bin/curl", Expires = new DateTimeOffset(2026, 3, 1, 11, 0, 0, TimeSpan.Zero) };

        RunningContainer().Runs(11, "/usr/bin/curl", "curl").ThenAlarms(With(App, entry));
        RunningContainer().After(3600).Runs(11, "/usr/bin/curl", "curl").Run(With(App, entry)).Length.ShouldBe(1);
    }

    [Theory]
    [InlineData(WhitelistScope.Digest, "sha256:0123")]
    [InlineData(WhitelistScope.Image, "nginx:1.27")]
    [InlineData(WhitelistScope.ImagePrefix, "nginx:")]
    [InlineData(WhitelistScope.Workload, "shop/Deployment/cart")]
    [InlineData(WhitelistScope.Namespace, "shop")]
    [Raises("AP-01")]
    [Spares("AP-01")]
    public void Lets_the_list_count_that_means_the_container_more_exactly(WhitelistScope scope, string value)
    {
        ContainerSpec spec = Some.PlainSpec() with { Pod = new PodFacts("shop", "cart-1", "uid", "Deployment", "cart", "sa") };
        ProcessWhitelist exact = List(App) with { Id = "exact", Scope = scope, ScopeValue = value };
        ProcessWhitelist general = List(App, new ProcessEntry { Path = "/usr/bin/curl" });

        RunningContainer(spec).Runs(11, "/usr/bin/curl", "curl")
            .Run(Under([general, exact])).OfType<AlarmRaised>().ShouldHaveSingleItem().PolicyId.ShouldBe("exact");
        RunningContainer(spec).Runs(11, "/usr/bin/curl", "curl").ThenAlarms(Under([general, exact with { ScopeValue = "other" }]));
    }

    [Fact]
    [Raises("AP-01")]
    [Spares("AP-01")]
    public void Lets_the_longer_prefix_count_and_joins_lists_of_one_scope()
    {
        ProcessWhitelist Prefix(string value, params ProcessEntry[] entries) =>
            List(entries) with { Scope = WhitelistScope.ImagePrefix, ScopeValue = value };
        ProcessEntry curl = new() { Path = "/usr/bin/curl" };

        RunningContainer().Runs(11, "/usr/bin/curl", "curl").Run(Under([Prefix("ngi", App, curl), Prefix("nginx", App)]))
            .Length.ShouldBe(1);
        RunningContainer().Runs(11, "/usr/bin/curl", "curl").ThenAlarms(Under([Prefix("nginx", App), Prefix("nginx", curl)]));
    }

    [Fact]
    [Raises("AP-01")]
    public void Is_graver_for_shells_and_for_root_in_an_image_for_another_user()
    {
        AlarmText.Short(RunningContainer().Runs(11, "/bin/bash", "bash")
            .Run(With(App))).ShouldBe(["raised AP-01 High /bin/bash: reason:not-listed"]);
        AlarmText.Short(RunningContainer(Some.PlainSpec() with { User = "101" }).Runs(11, "/usr/bin/curl", "curl").Run(With(App)))
            .ShouldBe(["raised AP-01 High /usr/bin/curl: reason:not-listed"]);
    }

    [Fact]
    [Raises("AP-01")]
    public void Labels_sessions_and_lowers_them_if_it_is_told_to()
    {
        var session = new ScriptedTask { Container = "c1", Tgid = 50, Flags = TaskFlags.Started | TaskFlags.ExecSession };
        Script script = RunningContainer().By(session).Execs("/bin/bash", "bash");

        script.ThenAlarms(With(App), "raised AP-01 High /bin/bash: reason:not-listed [via-exec]");
        script.ThenAlarms(Under(new AbnormalProcessPolicy { Whitelists = [List(App)], LowerExecSessions = true }),
            "raised AP-01 Low /bin/bash: reason:not-listed [via-exec]");
    }

    [Fact]
    [Raises("AP-01")]
    public void Judges_what_ran_before_once_however_often_it_is_announced()
    {
        var task = new ScriptedTask { Container = "c1", Tgid = 50, ExePath = "/usr/bin/curl" };
        Script Announce(Script script) => script
            .By(task).Process((batch, _) => new ProcessRecord { Action = ProcessAction.Existing, Arguments = batch.AddText("curl\0") });

        Announce(Announce(Script.OnNode("n1").Existing("c1", Some.PlainSpec())).After(300))
            .ThenAlarms(With(App), "raised AP-01 Medium /usr/bin/curl: reason:not-listed [pre-existing]");
    }

    [Fact]
    [Raises("AP-01")]
    [Spares("AP-01")]
    public void Waits_for_the_image_of_a_container_that_was_not_described_yet()
    {
        ImmutableArray<DetectorFactory> detectors = Under([List(App) with { Scope = WhitelistScope.Image, ScopeValue = "nginx:1.27" }]);

        Script.OnNode("n1").By("c1").Execs("/usr/bin/curl", "curl").After(1).Created("c1", Some.PlainSpec())
            .ThenAlarms(detectors, "raised AP-01 Medium /usr/bin/curl: reason:not-listed");
        Script.OnNode("n1").By("c1").Execs("/usr/bin/curl", "curl").After(1).Created("c1", Some.PlainSpec() with { Image = "redis:7" })
            .ThenAlarms(detectors);
    }

    [Fact]
    [Raises("AP-01")]
    public void Judges_by_the_list_for_everything_when_a_container_stays_unknown() =>
        Script.OnNode("n1").By("c1").Execs("/usr/bin/curl", "curl").After(1).Heartbeat().After(10).Heartbeat()
            .ThenAlarms(With(App), "raised AP-01 Medium /usr/bin/curl: reason:not-listed");

    internal static ProcessWhitelist List(params ProcessEntry[] entries) => new() { Id = "list", Version = 3, Entries = [.. entries] };

    internal static ImmutableArray<DetectorFactory> With(params ProcessEntry[] entries) => Under([List(entries)]);

    internal static ImmutableArray<DetectorFactory> Under(ImmutableArray<ProcessWhitelist> lists) =>
        Under(new AbnormalProcessPolicy { Whitelists = lists });

    private static ImmutableArray<DetectorFactory> Under(AbnormalProcessPolicy policy) =>
        UnderPolicy.Alone(AbnormalProcessDetector.Description, new DetectionPolicy { AbnormalProcess = policy });
}
