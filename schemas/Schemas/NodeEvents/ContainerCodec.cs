using Pipeline.Domain.Events;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.NodeEvents;

/// <summary>Record Container.</summary>
internal static class ContainerCodec
{
    private const int Actions = (int)ContainerAction.Described + 1;

    public static void Write(ref AvroWriter writer, ContainerRecord container)
    {
        writer.Enum((int)container.Action, Actions, (int)ContainerAction.Unknown);
        writer.String(container.ContainerId);
        writer.String(container.Runtime);
        writer.Branch(container.Spec is null ? 0 : 1);
        if (container.Spec is { } spec) ContainerSpecCodec.Write(ref writer, spec);
        writer.Branch(container.ExitCode is null ? 0 : 1);
        if (container.ExitCode is { } exitCode) writer.Int(exitCode);
        writer.Boolean(container.Running);
        writer.Int(container.Pid);
        writer.String(container.ExecId);
        writer.Strings(container.ExecCommand);
    }

    public static ContainerRecord Read(ref AvroReader reader) => new()
    {
        Action = (ContainerAction)reader.Enum(Actions),
        ContainerId = reader.String(),
        Runtime = reader.String(),
        Spec = reader.IsPresent() ? ContainerSpecCodec.Read(ref reader) : null,
        ExitCode = reader.IsPresent() ? reader.Int() : null,
        Running = reader.Boolean(),
        Pid = reader.Int(),
        ExecId = reader.String(),
        ExecCommand = reader.Strings(),
    };
}
