using Agents.Descriptions;
using Pipeline.Domain.Containers;
using static Descriptions.Tests.Reading;

namespace Descriptions.Tests;

/// <summary>What docker run with one option each leads to, read from the inspect that it shows.</summary>
public sealed class DockerRunTests
{
    [Fact]
    public void Finds_nothing_in_a_plain_run() => Findings(Docker.Inspect()).ShouldBeEmpty();

    [Fact]
    public void Finds_privileged() => Findings(Docker.Inspect("\"Privileged\": true")).ShouldBe(["privileged:true"]);

    [Theory]
    [InlineData("ALL", "capabilities:[ALL]")]
    [InlineData("all", "capabilities:[ALL]")]
    [InlineData("CAP_ALL", "capabilities:[ALL]")]
    [InlineData("SYS_ADMIN", "capabilities:[SYS_ADMIN]")]
    [InlineData("sys_admin", "capabilities:[SYS_ADMIN]")]
    [InlineData("CAP_SYS_ADMIN", "capabilities:[SYS_ADMIN]")]
    [InlineData("cap_net_admin", "capabilities:[NET_ADMIN]")]
    public void Finds_cap_add(string name, string content) => Findings(Docker.Inspect($"\"CapAdd\": [\"{name}\"]")).ShouldBe([content]);

    [Fact]
    public void Finds_two_capabilities_in_one_payload() =>
        Findings(Docker.Inspect("\"CapAdd\": [\"CAP_NET_ADMIN\",\"CAP_SYS_ADMIN\"]")).ShouldBe(["capabilities:[SYS_ADMIN,NET_ADMIN]"]);

    [Theory]
    [InlineData("\"CapAdd\": [\"NET_BIND_SERVICE\"]")]
    [InlineData("\"CapAdd\": [\"CHOWN\"], \"CapDrop\": [\"ALL\"]")]
    public void Accepts_default_capabilities(string host) => Findings(Docker.Inspect(host)).ShouldBeEmpty();

    [Theory]
    [InlineData("seccomp=unconfined")]
    [InlineData("seccomp:unconfined")]
    public void Finds_seccomp_unconfined(string option) => Findings(Docker.Inspect($"\"SecurityOpt\": [\"{option}\"]")).ShouldBe(["seccomp=unconfined"]);

    [Theory]
    [InlineData("no-new-privileges=false")]
    [InlineData("no-new-privileges:false")]
    public void Finds_no_new_privileges_switched_off(string option) =>
        Findings(Docker.Inspect($"\"SecurityOpt\": [\"{option}\"]")).ShouldBe(["no-new-privileges:false"]);

    [Theory]
    [InlineData("no-new-privileges")]
    [InlineData("no-new-privileges=true")]
    [InlineData("no-new-privileges:true")]
    [InlineData("seccomp={\\\"defaultAction\\\":\\\"SCMP_ACT_ERRNO\\\"}")]
    [InlineData("seccomp=builtin")]
    [InlineData("label=disable")]
    [InlineData("apparmor=unconfined")]
    public void Accepts_other_security_options(string option) => Findings(Docker.Inspect($"\"SecurityOpt\": [\"{option}\"]")).ShouldBeEmpty();

    [Fact]
    public void Lets_the_last_of_two_security_options_win() =>
        Findings(Docker.Inspect("\"SecurityOpt\": [\"seccomp=unconfined\",\"seccomp=builtin\"]")).ShouldBeEmpty();

    [Theory]
    [InlineData("/etc", "/e", false)]
    [InlineData("/etc/kubernetes", "/k", true)]
    [InlineData("/", "/h", false)]
    [InlineData("/var", "/v", false)]
    [InlineData("/run/docker.sock", "/s", false)]
    [InlineData("/var/run/docker.sock", "/var/run/docker.sock", false)]
    [InlineData("//etc/", "/e", false)]
    [InlineData("/etc/../etc", "/e", false)]
    public void Finds_a_mount_of_the_hosts(string source, string destination, bool readOnly) =>
        Findings(Docker.Inspect(mounts: Docker.Volume(source, destination, readOnly))).ShouldBe(
            [$$"""mounts:[{"source":"{{source}}","destination":"{{destination}}","mode":"{{(readOnly ? "ro" : "rw")}}","propagation":"rprivate","type":"bind"}]"""]);

    [Theory]
    [InlineData("/etc/hosts", "/etc/hosts")]
    [InlineData("/etcd-data", "/d")]
    [InlineData("/devops", "/d")]
    [InlineData("/var/lib/kubelet/pods/8f/volumes/kubernetes.io~secret/app", "/etc/config")]
    [InlineData("/run/containerd/io.containerd.grpc.v1.cri/sandboxes/8f/shm", "/dev/shm")]
    public void Accepts_a_harmless_mount(string source, string destination) =>
        Findings(Docker.Inspect(mounts: Docker.Volume(source, destination))).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"Type":"volume","Name":"data","Source":"/var/lib/docker/volumes/data/_data","Destination":"/etc","Driver":"local","RW":true}""")]
    [InlineData("""{"Type":"tmpfs","Source":"","Destination":"/run","RW":true}""")]
    public void Accepts_volumes_and_tmpfs(string mount) => Findings(Docker.Inspect(mounts: mount)).ShouldBeEmpty();

    [Fact]
    public void Reads_what_was_asked_for_where_nothing_is_resolved_yet()
    {
        string[] findings = Findings(Docker.Inspect(
            """
            "Binds": ["/etc:/e:ro,rslave", "/srv:/s", "data:/d"], "Mounts": [{"Type":"bind","Source":"/sys","Target":"/y"}, {"Type":"bind","Source":"/boot","Target":"/s"}]
            """));

        findings.ShouldBe(
        [
            """mounts:[{"source":"/etc","destination":"/e","mode":"ro","propagation":"rslave","type":"bind"},{"source":"/sys","destination":"/y","mode":"rw","propagation":"rprivate","type":"bind"}]""",
        ]);
    }

    [Theory]
    [InlineData("PidMode", "namespaces:[pid]")]
    [InlineData("IpcMode", "namespaces:[ipc]")]
    [InlineData("NetworkMode", "namespaces:[network]")]
    [InlineData("UTSMode", "namespaces:[uts]")]
    [InlineData("UsernsMode", "namespaces:[user]")]
    public void Finds_each_host_namespace(string field, string content) => Findings(Docker.Inspect($"\"{field}\": \"host\"")).ShouldBe([content]);

    [Fact]
    public void Accepts_another_containers_namespaces() =>
        Findings(Docker.Inspect("\"PidMode\": \"container:abc\", \"NetworkMode\": \"container:abc\"")).ShouldBeEmpty();

    [Theory]
    [InlineData("\"Platform\": \"windows\"")]
    [InlineData("\"HostConfig\": { \"Privileged\": true, \"Isolation\": \"hyperv\" }")]
    public void Skips_windows_containers(string more) => Findings(Docker.Inspect("\"Privileged\": true", more: more)).ShouldBeEmpty();

    [Fact]
    public void Asks_the_pause_container_for_its_namespaces_only()
    {
        string pause = Docker.Inspect(
            "\"Privileged\": true, \"NetworkMode\": \"host\"",
            more: """ "Config": { "Image": "registry.k8s.io/pause:3.9", "Labels": { "io.kubernetes.docker.type": "podsandbox" } } """);

        Findings(pause).ShouldBe(["namespaces:[network]"]);
    }

    [Fact]
    public void Takes_over_what_identifies_the_container()
    {
        ContainerSpec spec = Spec(Docker.Inspect(more: """
            "Config": { "Image": "app:1", "User": "1000", "WorkingDir": "/srv",
              "Labels": { "io.kubernetes.pod.name": "p", "io.kubernetes.pod.namespace": "n", "io.kubernetes.pod.uid": "u" } }
            """));

        spec.Name.ShouldBe("web");
        spec.Image.ShouldBe("app:1");
        spec.ImageDigest.ShouldBe("sha256:aa");
        spec.Format.ShouldBe("docker");
        spec.User.ShouldBe("1000");
        spec.WorkingDirectory.ShouldBe("/srv");
        spec.Command.ShouldBe(["/bin/app", "--serve"]);
        spec.Pod.ShouldBe(new PodFacts("n", "p", "u", "", "", ""));
        spec.Privileged.ShouldBe(Setting.Inherited(false));
        spec.Seccomp.ShouldBe(Setting.Inherited(SeccompProfile.Default));
        spec.NoNewPrivileges.ShouldBe(Setting.Inherited(false));
    }

    [Fact]
    public void Numbers_the_elements_of_an_array_and_goes_on_after_a_bad_one()
    {
        DescriptionResult[] results = Read("""[{"Name":"/a","HostConfig":{}},{"Name":"/b","HostConfig":{"Privileged":"yes"}},{"Name":"/c","HostConfig":{}}]""");

        results.Select(result => (result.Document, result.GetType())).ShouldBe([(1, typeof(Described)), (2, typeof(Unreadable)), (3, typeof(Described))]);
        results[1].ShouldBeOfType<Unreadable>().ShouldBe(new Unreadable(2, 1, 72, "HostConfig.Privileged", "expected true or false, found a string"));
    }

    [Fact]
    public void Reads_one_answer_of_the_engine_directly()
    {
        DockerInspect.Parse("""{"Id":"ab","HostConfig":{"Privileged":true}}"""u8.ToArray())
            .ShouldBeOfType<Described>().Spec.ShouldSatisfyAllConditions(spec => spec.Name.ShouldBe("ab"), spec => spec.Privileged.IsExplicit.ShouldBeTrue());
        DockerInspect.Parse("""{"message":"No such container: x"}"""u8.ToArray()).ShouldBeOfType<Unreadable>().Reason.ShouldBe("not docker inspect: no HostConfig");
        DockerInspect.Parse("""{"Id":"ab","HostConfig":{"Priv"""u8.ToArray()).ShouldBeOfType<Unreadable>().Reason.ShouldStartWith("not valid JSON");
        DockerInspect.Parse(default).ShouldBeOfType<Unreadable>();
    }
}
