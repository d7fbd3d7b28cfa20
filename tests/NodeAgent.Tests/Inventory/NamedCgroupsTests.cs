using Agents.NodeAgent.Inventory;

namespace NodeAgent.Tests.Inventory;

public sealed class NamedCgroupsTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly NamedCgroups _named = new();

    [Theory]
    [InlineData("/default/web", "default/web", "")]
    [InlineData("/default/web/workers/1", "default/web", "")]
    [InlineData("/default/" + Id, Id, "")]
    [InlineData("/default/docker-" + Id + ".scope", Id, "")]
    [InlineData("/default/web/docker/" + Id, "default/web", Id)]
    public void Knows_a_container_by_its_place_below_a_namespace(string path, string id, string inner)
    {
        _named.Add("default");

        ContainerCgroup found = ContainerCgroup.Of(path, _named)!.Value;

        (found.Id, found.InnerId).ShouldBe((id, inner));
    }

    [Theory]
    [InlineData("/default")]
    [InlineData("/default/")]
    [InlineData("default/web")]
    [InlineData("/other/web")]
    [InlineData("/a/default/web")]
    [InlineData("/")]
    public void Finds_no_container_elsewhere(string path)
    {
        _named.Add("default");

        ContainerCgroup.Of(path, _named).ShouldBeNull();
    }

    [Fact]
    public void Finds_none_before_the_namespace_is_known()
    {
        ContainerCgroup.Of("/default/web", _named).ShouldBeNull();
    }

    [Theory]
    [InlineData("system.slice")]
    [InlineData("init.scope")]
    [InlineData("kubelet.service")]
    public void Makes_no_container_of_the_host_s_services(string space)
    {
        _named.Add(space);

        _named.Spaces.ShouldBeEmpty();
    }

    [Fact]
    public void Says_once_that_there_is_one_more()
    {
        Task changed = _named.Changed;
        _named.Add("default");
        changed.IsCompleted.ShouldBeTrue();

        Task again = _named.Changed;
        _named.Add("default");
        again.IsCompleted.ShouldBeFalse();
        _named.Spaces.ShouldBe(["default"]);
    }

    [Fact]
    public void Holds_no_more_than_the_kernel_does()
    {
        for (int i = 0; i < 300; i++) _named.Add($"space{i}");

        _named.Spaces.Count.ShouldBe(256);
    }
}
