using System.Text;
using Agents.Importers;

namespace Importers.Tests;

public sealed class CgroupContainerTests
{
    private const string Id = "4bf0a9ec1d3f4a5b6c7d8e9f00112233445566778899aabbccddeeff00112233";
    private const string Inner = "0000000000000000000000000000000000000000000000000000000000000000";

    [Theory]
    [InlineData("/docker/" + Id)]
    [InlineData("/system.slice/docker-" + Id + ".scope")]
    [InlineData("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + Id + ".scope")]
    [InlineData("/kubepods/besteffort/pod1/" + Id)]
    [InlineData("/system.slice/x:cri-containerd:" + Id)]
    [InlineData("/machine.slice/libpod-" + Id + ".scope/container")]
    [InlineData("/kubepods.slice/crio-" + Id)]
    [InlineData("/docker/" + Id + "/docker/" + Inner)]
    public void Finds_the_outermost_id(string path)
    {
        Encoding.UTF8.GetString(CgroupContainer.IdIn(Encoding.UTF8.GetBytes(path))).ShouldBe(Id);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/user.slice/user-0.slice")]
    [InlineData("/machine.slice/libpod-conmon-" + Id + ".scope")]
    [InlineData("/kubepods.slice/crio-conmon-" + Id + ".scope")]
    [InlineData("/docker/" + Id + "00")]
    [InlineData("/docker/4bf0a9ec1d3f")]
    public void Finds_none_elsewhere(string path)
    {
        CgroupContainer.IdIn(Encoding.UTF8.GetBytes(path)).IsEmpty.ShouldBeTrue();
    }
}
