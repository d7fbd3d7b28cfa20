using System.Text;
using Agents.NodeAgent.Docker;
using Agents.NodeAgent.Engines;
using Pipeline.Domain.Events;

namespace NodeAgent.Tests.Docker;

public sealed class DockerEventsTests
{
    [Theory]
    [InlineData("create", ContainerAction.Created)]
    [InlineData("start", ContainerAction.Started)]
    [InlineData("die", ContainerAction.Died)]
    [InlineData("died", ContainerAction.Died)]
    [InlineData("destroy", ContainerAction.Removed)]
    [InlineData("remove", ContainerAction.Removed)]
    [InlineData("pause", ContainerAction.Paused)]
    [InlineData("unpause", ContainerAction.Unpaused)]
    [InlineData("exec_create: ls", ContainerAction.ExecCreated)]
    [InlineData("exec_start: ls", ContainerAction.ExecStarted)]
    [InlineData("exec_die", ContainerAction.ExecDied)]
    [InlineData("health_status: healthy", ContainerAction.Unknown)]
    [InlineData("attach", ContainerAction.Unknown)]
    public void Knows_the_words_of_docker_and_podman(string word, ContainerAction action) => Parse(word).ShouldNotBeNull().Action.ShouldBe(action);

    [Fact]
    public void Keeps_a_command_line_with_colons_and_cuts_it_at_its_bound()
    {
        Parse("exec_create: sh -c a:b").ShouldNotBeNull().Detail.ShouldBe("sh -c a:b");
        Parse("exec_create: " + new string('x', 10_000)).ShouldNotBeNull().Detail.Length.ShouldBe(4096);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"Action\":\"start\",\"Actor\":{},\"timeNano\":1}")]
    [InlineData("{\"Action\":\"start\",\"Actor\":{\"ID\":\"\"},\"timeNano\":1}")]
    [InlineData("{\"Action\":\"start\",\"Actor\":{\"ID\":\"a\"},\"timeNano\":99999999999999999999}")]
    [InlineData("{\"Action\":\"start\",\"Actor\":{\"ID\":\"a\"},\"timeNano\":1")]
    public void Gives_nothing_for_what_is_no_event(string line) => DockerEvents.Parse(Encoding.UTF8.GetBytes(line)).ShouldBeNull();

    private static EngineEvent? Parse(string action) =>
        DockerEvents.Parse(Encoding.UTF8.GetBytes($"{{\"Action\":\"{action}\",\"Actor\":{{\"ID\":\"a\",\"Attributes\":{{}}}},\"timeNano\":5}}"));
}
