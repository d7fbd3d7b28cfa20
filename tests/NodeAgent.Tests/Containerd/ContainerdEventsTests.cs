using Agents.NodeAgent.Containerd;
using Agents.NodeAgent.Containerd.Api;
using Agents.NodeAgent.Engines;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pipeline.Domain.Events;

namespace NodeAgent.Tests.Containerd;

public sealed class ContainerdEventsTests
{
    [Fact]
    public void Tells_the_end_of_a_container_from_that_of_an_exec_session()
    {
        Parse("/tasks/exit", new TaskExit { ContainerId = "web", Id = "web", ExitStatus = 137 }).ShouldBe(
            new EngineEvent(7_000_000_009, ContainerAction.Died, "default/web", ExitCode: 137));
        Parse("/tasks/exit", new TaskExit { ContainerId = "web", Id = "e1", ExitStatus = 3 }).ShouldBe(
            new EngineEvent(7_000_000_009, ContainerAction.ExecDied, "default/web", ExecId: "e1", ExitCode: 3));
    }

    [Fact]
    public void Names_containers_by_their_id_where_that_is_unique_and_with_their_namespace_where_it_is_not()
    {
        string unique = new('0', 64);
        Parse("/containers/create", new ContainerChanged { Id = unique })!.ContainerId.ShouldBe(unique);
        Parse("/containers/create", new ContainerChanged { Id = "web" })!.ContainerId.ShouldBe("default/web");
    }

    [Fact]
    public void Gives_nothing_for_what_it_cannot_read_or_what_is_out_of_bounds()
    {
        Parse("/containers/create", new ContainerChanged { Id = "" }).ShouldBeNull();
        Parse("/containers/create", new ContainerChanged { Id = new string('x', 129) }).ShouldBeNull();
        Parse("/tasks/exec-added", new TaskExec { ContainerId = "web", ExecId = new string('x', 129) }).ShouldBeNull();
        Parse("/snapshot/prepare", new ContainerChanged { Id = "web" }).ShouldBeNull();
        ContainerdEvents.Parse(new Envelope { Namespace = "default", Topic = "/tasks/start" }).ShouldBeNull();
        var torn = new Any { Value = ByteString.CopyFrom(0x0a, 0x7f, 0x41) };
        ContainerdEvents.Parse(new Envelope { Namespace = "default", Topic = "/tasks/start", Event = torn }).ShouldBeNull();
    }

    private static EngineEvent? Parse(string topic, IMessage message) => ContainerdEvents.Parse(new Envelope
    {
        Namespace = "default",
        Topic = topic,
        Timestamp = new Timestamp { Seconds = 7, Nanos = 9 },
        Event = new Any { Value = message.ToByteString() },
    })?.Event;
}
