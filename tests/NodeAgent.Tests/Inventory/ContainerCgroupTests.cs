using Agents.NodeAgent.Inventory;

namespace NodeAgent.Tests.Inventory;

public sealed class ContainerCgroupTests
{
    private const string A = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string PodSlice = "kubepods-burstable-pod0b1d7b5e_5a53_4d6c_8f5f_0c2f3a4b5c6d.slice";

    [Theory]
    [InlineData("/docker/" + A, "docker")]
    [InlineData("/system.slice/docker-" + A + ".scope", "docker")]
    [InlineData("/docker.slice/docker-" + A + ".scope/init.scope", "docker")]
    [InlineData("/kubepods.slice/kubepods-burstable.slice/" + PodSlice + "/cri-containerd-" + A + ".scope", "containerd")]
    [InlineData("/system.slice/containerd.service/" + PodSlice + ":cri-containerd:" + A, "containerd")]
    [InlineData("/kubepods.slice/" + PodSlice + "/crio-" + A + ".scope", "cri-o")]
    [InlineData("/kubepods.slice/" + PodSlice + "/crio-" + A + ".scope/container", "cri-o")]
    [InlineData("/kubepods/besteffort/pod1/crio-" + A, "cri-o")]
    [InlineData("/machine.slice/libpod-" + A + ".scope", "podman")]
    [InlineData("/machine.slice/libpod-" + A + ".scope/container", "podman")]
    [InlineData("/libpod_parent/libpod-" + A, "podman")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + A + ".scope/container", "podman")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-payload-" + A, "podman")]
    [InlineData("/system.slice/nerdctl-" + A + ".scope", "containerd")]
    [InlineData("/kubepods/burstable/pod0b1d7b5e-5a53-4d6c-8f5f-0c2f3a4b5c6d/" + A, "")]
    [InlineData("/kubepods/pod0b1d7b5e-5a53-4d6c-8f5f-0c2f3a4b5c6d/" + A + "/sub/group", "")]
    [InlineData("/default/" + A, "")]
    [InlineData("/actions_job/" + A, "")]
    [InlineData("/ecs/0123456789abcdef0123456789abcdef/" + A, "")]
    [InlineData("/../../docker/" + A, "docker")]
    [InlineData("docker/" + A, "docker")]
    public void Finds_the_container_by_its_runtimes_name(string path, string runtime) =>
        ContainerCgroup.Of(path).ShouldBe(new ContainerCgroup(A, "", runtime));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/user.slice/user-0.slice/session-1.scope")]
    [InlineData("/system.slice/docker.service")]
    [InlineData("/system.slice/containerd.service")]
    [InlineData("/docker")]
    [InlineData("/docker/")]
    [InlineData("/docker/buildkit/abcdefghijklmnopqrstuvwxy")]
    [InlineData("/kubepods.slice/" + PodSlice)]
    [InlineData("/docker/aaaaaaaaaaaa")]
    [InlineData("/docker/" + A + "0")]
    [InlineData("/docker/a" + A)]
    [InlineData("/docker/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("/docker/gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg")]
    [InlineData("/system.slice/unknown-" + A + ".scope")]
    [InlineData("/system.slice/docker_" + A + ".scope")]
    [InlineData("/system.slice/-" + A + ".scope")]
    [InlineData("/system.slice/docker-" + A + ".service")]
    [InlineData("/k8s.io/my-container-1")]
    public void Finds_none_on_the_host(string path) => ContainerCgroup.Of(path).ShouldBeNull();

    [Theory]
    [InlineData("/kubepods.slice/" + PodSlice + "/crio-conmon-" + A + ".scope")]
    [InlineData("/machine.slice/libpod-conmon-" + A + ".scope")]
    [InlineData("/libpod_parent/conmon")]
    [InlineData("/libpod_parent/libpod-conmon-" + A)]
    [InlineData("/conmon/" + A)]
    public void Leaves_a_containers_monitor_to_the_host(string path) => ContainerCgroup.Of(path).ShouldBeNull();

    [Fact]
    public void Leaves_a_pod_of_podmans_to_the_host_but_not_its_containers()
    {
        ContainerCgroup.Of($"/libpod_parent/{B}").ShouldBeNull();
        ContainerCgroup.Of($"/libpod_parent/{B}/libpod-{A}").ShouldBe(new ContainerCgroup(A, "", "podman"));
        ContainerCgroup.Of($"/libpod_parent/{B}/{A}")!.Value.Id.ShouldBe(A);
    }

    [Theory]
    [InlineData("/docker/" + A + "/docker/" + B)]
    [InlineData("/docker/" + A + "/kubelet/kubepods/besteffort/pod1/" + B)]
    [InlineData("/docker/" + A + "/kubelet.slice/" + PodSlice + "/cri-containerd-" + B + ".scope")]
    public void Takes_the_outermost_of_nested_ones_and_keeps_the_innermost(string path) =>
        ContainerCgroup.Of(path).ShouldBe(new ContainerCgroup(A, B, "docker"));

    [Theory]
    [InlineData("/docker/" + A + "/libpod-conmon-" + B)]
    [InlineData("/docker/" + A + "/conmon")]
    [InlineData("/docker/" + A + "/libpod_parent/" + B)]
    [InlineData("/docker/" + A + "/docker-" + A + ".scope")]
    public void Lets_no_name_inside_a_container_hide_it(string path)
    {
        ContainerCgroup found = ContainerCgroup.Of(path)!.Value;
        found.Id.ShouldBe(A);
        found.Runtime.ShouldBe("docker");
    }

    [Fact]
    public void Never_throws_and_never_gives_anything_but_an_id()
    {
        var random = new Random(7);
        string[] parts = ["docker", "-", ":", "/", ".scope", A, B, "libpod_parent", "crio", "conmon", "..", "\0", "é", "libpod-"];
        for (int i = 0; i < 20_000; i++)
        {
            string path = string.Concat(Enumerable.Range(0, random.Next(10)).Select(_ => parts[random.Next(parts.Length)]));
            if (ContainerCgroup.Of(path) is { } found) found.Id.ShouldBeOneOf(A, B);
        }
    }
}
