using System.Collections.Immutable;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>What is remembered of one container.</summary>
/// <param name="Options">Fingerprint of what was reported of its options; empty when nothing was. Likewise the others.</param>
/// <param name="Pid">Its first process at the last start; 0 when not known.</param>
internal readonly record struct JudgedContainer(Guid Options, Guid Mounts, Guid Namespaces, bool Started, bool Removed, int Pid)
{
    public static JudgedContainer Nothing => default;

    public bool Reported(StartupClass part, Guid fingerprint) => Of(part) == fingerprint;

    public JudgedContainer With(ImmutableArray<StartupAlarm> alarms)
    {
        JudgedContainer after = this;
        foreach (StartupAlarm alarm in alarms)
        {
            after = alarm.Class switch
            {
                StartupClass.Options => after with { Options = alarm.Fingerprint },
                StartupClass.Mounts => after with { Mounts = alarm.Fingerprint },
                _ => after with { Namespaces = alarm.Fingerprint },
            };
        }

        return after;
    }

    public void Save(BinaryWriter state)
    {
        state.WriteId(Options);
        state.WriteId(Mounts);
        state.WriteId(Namespaces);
        state.Write(Started);
        state.Write(Removed);
        state.Write(Pid);
    }

    public static JudgedContainer Load(BinaryReader state) =>
        new(state.ReadId(), state.ReadId(), state.ReadId(), state.ReadBoolean(), state.ReadBoolean(), state.ReadInt32());

    private Guid Of(StartupClass part) => part switch
    {
        StartupClass.Options => Options,
        StartupClass.Mounts => Mounts,
        _ => Namespaces,
    };
}
