using Pipeline.Domain.Containers;
using static Descriptions.Tests.Reading;

namespace Descriptions.Tests;

public sealed class CriTests
{
    private const string Default = "\"seccomp\":{\"profile_type\":0}";

    [Fact]
    public void Finds_nothing_in_a_confined_container() => Findings(Container(Default)).ShouldBeEmpty();

    [Theory]
    [InlineData(Default + ",\"privileged\":true", "privileged:true")]
    [InlineData(Default + ",\"capabilities\":{\"add_capabilities\":[\"sys_admin\"]}", "capabilities:[SYS_ADMIN]")]
    [InlineData(Default + ",\"capabilities\":{\"add_ambient_capabilities\":[\"NET_ADMIN\"]}", "capabilities:[NET_ADMIN]")]
    [InlineData(Default + ",\"capabilities\":{\"add_capabilities\":[\"ALL\"],\"drop_capabilities\":[\"ALL\"]}", "")]
    [InlineData("\"seccomp\":{\"profile_type\":1}", "seccomp=unconfined")]
    [InlineData("\"seccomp\":{\"profile_type\":\"Unconfined\"}", "seccomp=unconfined")]
    [InlineData("\"seccomp\":{\"profile_type\":2,\"localhost_ref\":\"/p.json\"}", "")]
    [InlineData("\"seccomp\":{}", "")]
    [InlineData("\"seccomp_profile_path\":\"\"", "seccomp=unconfined")]
    [InlineData("\"seccomp_profile_path\":\"unconfined\"", "seccomp=unconfined")]
    [InlineData("\"seccomp_profile_path\":\"runtime/default\"", "")]
    [InlineData("\"seccomp_profile_path\":\"localhost/p\"", "")]
    [InlineData(Default + ",\"no_new_privs\":false", "")]
    [InlineData(Default + ",\"namespace_options\":{\"pid\":2,\"ipc\":\"NODE\",\"network\":2}", "namespaces:[pid,ipc,network]")]
    [InlineData(Default + ",\"namespace_options\":{\"pid\":1,\"ipc\":0,\"network\":\"POD\"}", "")]
    [InlineData("\"seccomp\":{\"profileType\":\"RuntimeDefault\"},\"noNewPrivs\":true", "")]
    public void Reads_the_security_context(string context, string expected) => string.Join(' ', Findings(Container(context))).ShouldBe(expected);

    [Fact]
    public void Counts_a_pods_host_network_for_its_containers_which_only_join_their_sandbox()
    {
        ContainerSpec spec = Spec("""
            {"status":{"metadata":{"name":"c"}},"info":{
             "config":{"metadata":{"name":"c"},"image":{"image":"i"},"linux":{"security_context":{"namespace_options":{"network":2,"pid":1}}}},
             "runtimeSpec":{"ociVersion":"1.0.2","process":{},"linux":{"namespaces":[{"type":"pid"},{"type":"ipc","path":"/proc/77/ns/ipc"},{"type":"uts"},
              {"type":"mount"},{"type":"network","path":"/proc/77/ns/net"}]}}}}
            """);

        spec.HostNamespaces.Select(shared => shared.Type).ShouldBe(["network"]);
    }

    [Fact]
    public void Takes_a_missing_filter_for_explicit_only_when_a_person_wrote_it()
    {
        Spec(Container("\"seccomp\":{\"profile_type\":1}")).Seccomp.ShouldBe(Setting.Explicit(SeccompProfile.Unconfined));
        Spec(Container("\"seccomp\":{\"profile_type\":1}", "\"labels\":{\"io.kubernetes.pod.name\":\"p\"}")).Seccomp.ShouldBe(Setting.Inherited(SeccompProfile.Unconfined));
        Spec(Container("\"readonly_rootfs\":true")).Seccomp.ShouldBe(Setting.Inherited(SeccompProfile.Unconfined));
    }

    [Theory]
    [InlineData("\"host_path\":\"/etc\",\"container_path\":\"/e\",\"readonly\":true,\"propagation\":1", "ro", "rslave")]
    [InlineData("\"hostPath\":\"/etc\",\"containerPath\":\"/e\",\"propagation\":\"PROPAGATION_BIDIRECTIONAL\"", "rw", "rshared")]
    [InlineData("\"host_path\":\"/etc\",\"container_path\":\"/e\"", "rw", "rprivate")]
    public void Reads_mounts(string mount, string mode, string propagation) =>
        Findings(Container(Default, $"\"mounts\":[{{{mount}}}]")).ShouldBe(
            [$$"""mounts:[{"source":"/etc","destination":"/e","mode":"{{mode}}","propagation":"{{propagation}}","type":"bind"}]"""]);

    [Fact]
    public void Asks_a_sandbox_for_its_namespaces_only()
    {
        ContainerSpec spec = Spec("""
            {"metadata":{"name":"p","namespace":"n","uid":"u"},"log_directory":"/l","linux":{"security_context":{"privileged":true,"namespace_options":{"network":2}}}}
            """);

        spec.IsSandbox.ShouldBeTrue();
        spec.Pod.ShouldBe(new PodFacts("n", "p", "u", "", "", ""));
        Findings(spec).ShouldBe(["namespaces:[network]"]);
    }

    [Fact]
    public void Reads_request_and_result_of_an_inspection_together()
    {
        ContainerSpec spec = Spec("""
            {"status":{"metadata":{"name":"c"},"image":{"image":"app:1"},"imageRef":"docker.io/app@sha256:00","labels":{}},
             "info":{"pid":7,
              "config":{"metadata":{"name":"c"},"image":{"image":"sha256:00","user_specified_image":"app:1"},"labels":{"io.kubernetes.pod.name":"p"},
                "linux":{"security_context":{"capabilities":{"add_capabilities":["NET_ADMIN"]},"seccomp":{"profile_type":1}}}},
              "runtimeSpec":{"ociVersion":"1.1.0","process":{"args":["a"],"cwd":"/","capabilities":{"bounding":["CAP_CHOWN","CAP_NET_ADMIN"]}},
                "mounts":[{"destination":"/h","type":"bind","source":"/boot","options":["rbind","rprivate","ro"]}],
                "linux":{"namespaces":[{"type":"pid"},{"type":"ipc","path":"/proc/9/ns/ipc"},{"type":"uts"},{"type":"mount"}]}}}}
            """);

        (spec.Name, spec.Image, spec.ImageDigest, spec.Format).ShouldBe(("c", "app:1", "sha256:00", "cri"));
        spec.Seccomp.ShouldBe(Setting.Inherited(SeccompProfile.Unconfined));
        Findings(spec).ShouldBe(
        [
            "capabilities:[NET_ADMIN]", "seccomp=unconfined",
            """mounts:[{"source":"/boot","destination":"/h","mode":"ro","propagation":"rprivate","type":"bind"}]""", "namespaces:[network]",
        ]);
    }

    private static string Container(string context, string more = "\"labels\":{}") =>
        $$"""{"metadata":{"name":"c"},"image":{"image":"app"},"args":["a"],"linux":{"security_context":{ {{context}} } },{{more}} }""";
}
