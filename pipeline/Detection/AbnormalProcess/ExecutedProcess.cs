using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalProcess;

/// <summary>
/// A program that runs in a container, with everything that a whitelist may ask: it may have to wait for its container's image or for its
/// digest. Immutable.
/// </summary>
internal sealed record ExecutedProcess
{
    /// <summary>Of a command line so much is looked at.</summary>
    public const int LongestCommandLine = 4096;

    public required string ContainerId { get; init; }

    public required string Path { get; init; }

    /// <summary>Name of the applet for programs that are many; empty for others.</summary>
    public required string Applet { get; init; }

    public required string Script { get; init; }

    public required string CommandLine { get; init; }

    public required string ParentPath { get; init; }

    public required uint User { get; init; }

    public required FileLayer Layer { get; init; }

    public required FileContent Content { get; init; }

    /// <summary>Started in a session (docker exec, kubectl exec, a probe).</summary>
    public required bool ViaExec { get; init; }

    /// <summary>It ran before anybody looked.</summary>
    public required bool PreExisting { get; init; }

    /// <summary>The image names a user other than root for its first process.</summary>
    public bool ImageIsNotForRoot { get; init; }

    public required Snapshot Snapshot { get; init; }

    /// <summary>The same program, now that its container is known.</summary>
    public ExecutedProcess In(AlarmSource source, ContainerSpec? spec) => this with
    {
        ImageIsNotForRoot = IsNotForRoot(spec),
        Snapshot = Snapshot with { Source = source },
    };

    public static ExecutedProcess Of(in Observation observation, ProcessContext process, AbnormalProcessPolicy policy)
    {
        ProcessFacts self = process.Self;
        string line = StateFormat.Cut(observation.Batch.String(observation.ProcessEvent.Arguments).TrimEnd('\0'), LongestCommandLine);
        return new ExecutedProcess
        {
            ContainerId = self.ContainerId,
            Path = self.ExePath,
            Applet = AppletOf(self.ExePath, line.Split('\0'), policy),
            Script = self.Script,
            CommandLine = line.Replace('\0', ' '),
            ParentPath = process.Parent?.ExePath ?? "",
            User = self.EffectiveUid,
            Layer = self.Executable.Layer,
            Content = FileContent.Of(observation.Node, self.Executable),
            ViaExec = (self.Flags & TaskFlags.ExecSession) != 0,
            PreExisting = observation.ProcessEvent.Action == ProcessAction.Existing,
            ImageIsNotForRoot = IsNotForRoot(observation.Container?.Spec),
            Snapshot = new Snapshot(
                observation.Id, observation.Time, observation.Source(), observation.Processes(),
                observation.Evidence("process", [.. ProcessWords.Of(process)])),
        };
    }

    public void Save(BinaryWriter state)
    {
        state.WriteText(ContainerId);
        state.WriteText(Path);
        state.WriteText(Applet);
        state.WriteText(Script);
        state.WriteText(CommandLine);
        state.WriteText(ParentPath);
        state.Write(User);
        state.Write((byte)Layer);
        Content.Save(state);
        state.Write(ViaExec);
        state.Write(PreExisting);
        state.Write(ImageIsNotForRoot);
        Snapshot.Save(state);
    }

    public static ExecutedProcess Load(BinaryReader state) => new()
    {
        ContainerId = state.ReadText(),
        Path = state.ReadText(),
        Applet = state.ReadText(),
        Script = state.ReadText(),
        CommandLine = state.ReadText(),
        ParentPath = state.ReadText(),
        User = state.ReadUInt32(),
        Layer = (FileLayer)state.ReadByte(),
        Content = FileContent.Load(state),
        ViaExec = state.ReadBoolean(),
        PreExisting = state.ReadBoolean(),
        ImageIsNotForRoot = state.ReadBoolean(),
        Snapshot = Snapshot.Load(state),
    };

    private static bool IsNotForRoot(ContainerSpec? spec) =>
        spec is { User: not "" } && spec.User is not ("root" or "0") && !spec.User.StartsWith("0:", StringComparison.Ordinal)
        && !spec.User.StartsWith("root:", StringComparison.Ordinal);

    private static string AppletOf(string path, string[] arguments, AbnormalProcessPolicy policy)
    {
        if (!policy.MultiCallPrograms.Contains(NameOf(path))) return "";
        string name = NameOf(arguments[0]).TrimStart('-');
        return arguments.Length > 1 && policy.MultiCallPrograms.Contains(name) ? NameOf(arguments[1]) : name;
    }

    internal static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
