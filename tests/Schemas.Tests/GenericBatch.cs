using Avro;
using Avro.Generic;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Schemas;

namespace Schemas.Tests;

/// <summary>A batch as Apache.Avro's generic record, written from the contract alone and without a look at our codec.</summary>
internal static class GenericBatch
{
    public static Oracle Oracle { get; } = new(SchemaCatalog.Newest("node-events"));

    private static UnionSchema Bodies { get; } = (UnionSchema)((RecordSchema)Oracle.At(Oracle.Schema, "events"))["body"].Schema;

    public static GenericRecord Of(EventBatch batch) => Oracle.Record(Oracle.Schema,
        ("node", batch.Node.Value),
        ("boot", batch.Boot.Value),
        ("firstSequence", batch.FirstSequence),
        ("clock", Oracle.Record(Oracle.At(Oracle.Schema, "clock"), ("bootNs", batch.Clock.BootNs), ("wallNs", batch.Clock.WallNs))),
        ("lostSinceLast", batch.LostSinceLast),
        ("tasks", Oracle.Array(batch.Tasks.ToArray().Select(task => Task(batch, task)))),
        ("events", Oracle.Array(batch.Events.ToArray().Select(record => Event(batch, record)))));

    private static GenericRecord Event(EventBatch batch, EventRecord record) => Oracle.Record(Oracle.At(Oracle.Schema, "events"),
        ("bootDeltaNs", unchecked(record.BootNs - batch.Clock.BootNs)),
        ("cpu", (int)record.Cpu),
        ("task", record.Task),
        ("body", record.Kind switch
        {
            EventKind.Container => Container(batch.Containers[record.Index]),
            EventKind.Process => Process(batch, batch.Processes[record.Index]),
            EventKind.File => File(batch, batch.Files[record.Index]),
            EventKind.Syscall => Syscall(batch, batch.Syscalls[record.Index], record.BootNs),
            EventKind.Mount => Mount(batch, batch.Mounts[record.Index]),
            EventKind.Loss => Loss(batch, batch.Losses[record.Index]),
            _ => Heartbeat(batch.Heartbeats[record.Index]),
        }));

    private static GenericRecord Task(EventBatch batch, TaskRecord task) => Oracle.Record(Oracle.At(Oracle.Schema, "tasks"),
        ("tgid", task.Tgid), ("tid", task.Tid), ("startNs", task.StartNs), ("parentTgid", task.ParentTgid), ("parentStartNs", task.ParentStartNs),
        ("namespaceTgid", task.NamespaceTgid), ("execGeneration", task.ExecGeneration),
        ("uid", (long)task.Uid), ("gid", (long)task.Gid), ("effectiveUid", (long)task.EffectiveUid), ("effectiveGid", (long)task.EffectiveGid),
        ("capEffective", unchecked((long)task.CapEffective)), ("capPermitted", unchecked((long)task.CapPermitted)),
        ("flags", (int)task.Flags), ("seccompMode", (int)task.SeccompMode),
        ("mountNs", (long)task.MountNs), ("pidNs", (long)task.PidNs), ("userNs", (long)task.UserNs), ("netNs", (long)task.NetNs),
        ("ipcNs", (long)task.IpcNs), ("utsNs", (long)task.UtsNs), ("cgroupNs", (long)task.CgroupNs), ("cgroupId", unchecked((long)task.CgroupId)),
        ("containerId", batch.String(task.ContainerId)), ("cgroupPath", Bytes(batch, task.CgroupPath)),
        ("comm", Bytes(batch, task.Comm)), ("exePath", Bytes(batch, task.ExePath)));

    private static GenericRecord Process(EventBatch batch, ProcessRecord process)
    {
        Schema schema = Oracle.At(Bodies, "Process");
        return Oracle.Record(schema,
            ("action", Oracle.Symbol(Oracle.At(schema, "action"), process.Action)),
            ("fileName", Bytes(batch, process.FileName)), ("script", Bytes(batch, process.Script)), ("arguments", Bytes(batch, process.Arguments)),
            ("argumentsTruncated", process.ArgumentsTruncated), ("workingDirectory", Bytes(batch, process.WorkingDirectory)),
            ("executable", Reference(process.Executable)), ("effectiveUidBefore", (long)process.EffectiveUidBefore),
            ("capPermittedBefore", unchecked((long)process.CapPermittedBefore)), ("standardStreams", process.StandardStreams),
            ("exitCode", process.ExitCode), ("exitSignal", process.ExitSignal));
    }

    private static GenericRecord File(EventBatch batch, FileRecord file)
    {
        Schema schema = Oracle.At(Bodies, "File");
        return Oracle.Record(schema,
            ("operation", Oracle.Symbol(Oracle.At(schema, "operation"), file.Operation)),
            ("path", Bytes(batch, file.Path)), ("rawPath", Bytes(batch, file.RawPath)), ("otherPath", Bytes(batch, file.OtherPath)),
            ("pathTruncated", file.PathTruncated), ("file", Reference(file.File)), ("flags", file.Flags), ("result", file.Result),
            ("bytes", file.Bytes), ("count", file.Count), ("sha256", Bytes(batch, file.Sha256)));
    }

    private static GenericRecord Syscall(EventBatch batch, SyscallRecord call, long bootNs)
    {
        Schema schema = Oracle.At(Bodies, "Syscall");
        return Oracle.Record(schema,
            ("number", call.Number), ("abi", Oracle.Symbol(Oracle.At(schema, "abi"), call.Abi)),
            ("arg0", call.Arguments[0]), ("arg1", call.Arguments[1]), ("arg2", call.Arguments[2]),
            ("arg3", call.Arguments[3]), ("arg4", call.Arguments[4]), ("arg5", call.Arguments[5]),
            ("result", call.Result), ("enterDeltaNs", unchecked(call.EnterNs - bootNs)),
            ("path", Bytes(batch, call.Path)), ("otherPath", Bytes(batch, call.OtherPath)), ("file", Reference(call.File)),
            ("data", Bytes(batch, call.Data)), ("targetTgid", call.TargetTgid), ("targetStartNs", call.TargetStartNs),
            ("targetContainerId", batch.String(call.TargetContainerId)), ("count", call.Count), ("firstDeltaNs", unchecked(call.FirstNs - bootNs)));
    }

    private static GenericRecord Mount(EventBatch batch, MountRecord mount)
    {
        Schema schema = Oracle.At(Bodies, "Mount");
        return Oracle.Record(schema,
            ("action", Oracle.Symbol(Oracle.At(schema, "action"), mount.Action)), ("mountNs", (long)mount.MountNs),
            ("mountId", mount.MountId), ("parentId", mount.ParentId), ("device", unchecked((long)mount.Device)),
            ("root", Bytes(batch, mount.Root)), ("mountPoint", Bytes(batch, mount.MountPoint)), ("fileSystem", Bytes(batch, mount.FileSystem)),
            ("source", Bytes(batch, mount.Source)), ("options", Bytes(batch, mount.Options)));
    }

    private static GenericRecord Loss(EventBatch batch, LossRecord loss)
    {
        Schema schema = Oracle.At(Bodies, "Loss");
        return Oracle.Record(schema,
            ("cause", Oracle.Symbol(Oracle.At(schema, "cause"), loss.Cause)), ("count", loss.Count),
            ("firstSequence", loss.FirstSequence), ("lastSequence", loss.LastSequence), ("containerId", batch.String(loss.ContainerId)));
    }

    private static GenericRecord Heartbeat(HeartbeatRecord heartbeat)
    {
        Schema schema = Oracle.At(Bodies, "Heartbeat");
        Schema source = Oracle.At(schema, "sources");
        return Oracle.Record(schema,
            ("agentVersion", heartbeat.AgentVersion), ("kernelRelease", heartbeat.KernelRelease), ("architecture", heartbeat.Architecture),
            ("eventsTaken", heartbeat.EventsTaken), ("eventsLost", heartbeat.EventsLost), ("spoolBytes", heartbeat.SpoolBytes),
            ("sources", Oracle.Array(heartbeat.Sources.Select(s => Oracle.Record(source, ("name", s.Name), ("state", s.State), ("detail", s.Detail))))));
    }

    private static GenericRecord Container(ContainerRecord container)
    {
        Schema schema = Oracle.At(Bodies, "Container");
        return Oracle.Record(schema,
            ("action", Oracle.Symbol(Oracle.At(schema, "action"), container.Action)), ("containerId", container.ContainerId), ("runtime", container.Runtime),
            ("spec", container.Spec is { } spec ? Spec(Oracle.At(schema, "spec"), spec) : null), ("exitCode", container.ExitCode),
            ("running", container.Running), ("pid", container.Pid), ("execId", container.ExecId), ("execCommand", Oracle.Array(container.ExecCommand)));
    }

    private static GenericRecord Spec(Schema schema, ContainerSpec spec)
    {
        Schema basis = Oracle.At(schema, "privileged", "basis");
        Schema capabilities = Oracle.At(schema, "capabilities");
        return Oracle.Record(schema,
            ("name", spec.Name), ("image", spec.Image), ("imageDigest", spec.ImageDigest), ("format", spec.Format),
            ("operatingSystem", spec.OperatingSystem), ("isSandbox", spec.IsSandbox),
            ("pod", spec.Pod is not { } pod ? null : Oracle.Record(Oracle.At(schema, "pod"),
                ("namespace", pod.Namespace), ("pod", pod.Pod), ("podUid", pod.PodUid), ("workloadKind", pod.WorkloadKind),
                ("workloadName", pod.WorkloadName), ("serviceAccount", pod.ServiceAccount))),
            ("labels", spec.Labels.ToDictionary(label => label.Key, label => (object)label.Value)),
            ("privileged", Setting(Oracle.At(schema, "privileged"), spec.Privileged.Value, spec.Privileged.Basis)),
            ("capabilities", Oracle.Record(capabilities,
                ("add", Oracle.Array(spec.Capabilities.Add)), ("drop", Oracle.Array(spec.Capabilities.Drop)),
                ("effective", spec.Capabilities.Effective is { } effective ? Oracle.Array(effective) : null),
                ("basis", Oracle.Symbol(basis, spec.Capabilities.Basis)))),
            ("seccomp", Setting(
                Oracle.At(schema, "seccomp"), Oracle.Symbol(Oracle.At(schema, "seccomp", "value"), spec.Seccomp.Value), spec.Seccomp.Basis)),
            ("noNewPrivileges", Setting(Oracle.At(schema, "noNewPrivileges"), spec.NoNewPrivileges.Value, spec.NoNewPrivileges.Basis)),
            ("mounts", Oracle.Array(spec.Mounts.Select(mount => Oracle.Record(Oracle.At(schema, "mounts"),
                ("source", mount.Source), ("destination", mount.Destination), ("mode", mount.Mode),
                ("propagation", mount.Propagation), ("type", mount.Type))))),
            ("hostNamespaces", Oracle.Array(spec.HostNamespaces.Select(one => Oracle.Record(Oracle.At(schema, "hostNamespaces"),
                ("type", one.Type), ("basis", Oracle.Symbol(basis, one.Basis)))))),
            ("workingDirectory", spec.WorkingDirectory), ("user", spec.User), ("command", Oracle.Array(spec.Command)));
    }

    private static GenericRecord Setting(Schema schema, object value, Basis basis) =>
        Oracle.Record(schema, ("value", value), ("basis", Oracle.Symbol(Oracle.At(schema, "basis"), basis)));

    private static GenericRecord? Reference(FileReference file)
    {
        if (file.Equals(default(FileReference))) return null;
        Schema schema = Oracle.At(Bodies, "File", "file");
        return Oracle.Record(schema,
            ("device", unchecked((long)file.Device)), ("inode", unchecked((long)file.Inode)), ("linkCount", (long)file.LinkCount),
            ("mode", (long)file.Mode), ("fileSystem", (long)file.FileSystem), ("mountId", file.MountId),
            ("layer", Oracle.Symbol(Oracle.At(schema, "layer"), file.Layer)), ("size", file.Size), ("changeTimeNs", file.ChangeTimeNs));
    }

    private static byte[] Bytes(EventBatch batch, Text text) => batch.Utf8(text).ToArray();
}
