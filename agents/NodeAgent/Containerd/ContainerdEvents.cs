using Agents.NodeAgent.Containerd.Api;
using Agents.NodeAgent.Engines;
using Google.Protobuf;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Containerd;

/// <summary>Reads containerd's events.</summary>
internal static class ContainerdEvents
{
    /// <summary>The topics that are read. The task's own topics tell of its first process and of exec sessions.</summary>
    public static readonly string[] Filters =
    [
        "topic~=^/containers/(create|delete)$", "topic~=^/tasks/(start|exit|paused|resumed|exec-added|exec-started)$",
    ];

    /// <summary>
    /// Null when the event cannot be read; its action is <see cref="ContainerAction.Unknown"/> when nobody asked for it. The time is the
    /// engine's.
    /// </summary>
    public static (ContainerKey Key, EngineEvent Event)? Parse(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        long timeNs = (envelope.Timestamp?.Seconds * 1_000_000_000 + envelope.Timestamp?.Nanos) ?? 0;
        try
        {
            if (Read(envelope.Topic, envelope.Event?.Value ?? ByteString.Empty) is not { } read) return null;
            var key = new ContainerKey(envelope.Namespace, read.ContainerId);
            bool good = key.IsValid && read.ExecId.Length <= EngineEvent.LongestId;
            return good ? (key, read with { TimeNs = timeNs, ContainerId = key.ReportedId }) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static EngineEvent? Read(string topic, ByteString value) => topic switch
    {
        "/containers/create" => new EngineEvent(0, ContainerAction.Created, ContainerChanged.Parser.ParseFrom(value).Id),
        "/containers/delete" => new EngineEvent(0, ContainerAction.Removed, ContainerChanged.Parser.ParseFrom(value).Id),
        "/tasks/start" => Task(ContainerAction.Started, value),
        "/tasks/paused" => Task(ContainerAction.Paused, value),
        "/tasks/resumed" => Task(ContainerAction.Unpaused, value),
        "/tasks/exit" => Exit(TaskExit.Parser.ParseFrom(value)),
        "/tasks/exec-added" => Exec(ContainerAction.ExecCreated, value),
        "/tasks/exec-started" => Exec(ContainerAction.ExecStarted, value),
        _ => null,
    };

    private static EngineEvent Task(ContainerAction action, ByteString value)
    {
        TaskChanged task = TaskChanged.Parser.ParseFrom(value);
        return new EngineEvent(0, action, task.ContainerId, Pid: (int)task.Pid);
    }

    private static EngineEvent Exit(TaskExit exit) => exit.Id.Length == 0 || exit.Id == exit.ContainerId
        ? new EngineEvent(0, ContainerAction.Died, exit.ContainerId, ExitCode: (int)exit.ExitStatus)
        : new EngineEvent(0, ContainerAction.ExecDied, exit.ContainerId, ExecId: exit.Id, ExitCode: (int)exit.ExitStatus);

    private static EngineEvent Exec(ContainerAction action, ByteString value)
    {
        TaskExec exec = TaskExec.Parser.ParseFrom(value);
        return new EngineEvent(0, action, exec.ContainerId, ExecId: exec.ExecId);
    }
}
