using System.Collections.Immutable;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;

namespace Testing;

public static partial class Some
{
    /// <summary>A container as an engine describes it, with any values whatever.</summary>
    public static ContainerRecord AnyContainer(int seed = 1) => AnyContainer(new Random(seed));

    private static ContainerRecord AnyContainer(Random random) => new()
    {
        Action = AnyEnum<ContainerAction>(random),
        ContainerId = AnyString(random),
        Runtime = AnyString(random),
        Spec = random.Next(3) == 0 ? null : AnySpec(random),
        ExitCode = AnyBool(random) ? AnyInt(random) : null,
        Running = AnyBool(random),
        Pid = AnyInt(random),
        ExecId = AnyString(random),
        ExecCommand = AnyStrings(random),
    };

    private static ContainerSpec AnySpec(Random random) => new()
    {
        Name = AnyString(random),
        Image = AnyString(random),
        ImageDigest = AnyString(random),
        Format = AnyString(random),
        OperatingSystem = AnyString(random),
        IsSandbox = AnyBool(random),
        Pod = AnyBool(random) ? AnyPod(random) : null,
        Labels = AnyStrings(random).Distinct(StringComparer.Ordinal).ToImmutableSortedDictionary(key => key, _ => AnyString(random), StringComparer.Ordinal),
        Privileged = AnySetting(random, AnyBool(random)),
        Capabilities = new CapabilitySettings(
            AnyStrings(random), AnyStrings(random), AnyBool(random) ? AnyStrings(random) : null, AnyEnum<Basis>(random)),
        Seccomp = AnySetting(random, AnyEnum<SeccompProfile>(random)),
        NoNewPrivileges = AnySetting(random, AnyBool(random)),
        Mounts =
        [
            .. AnyStrings(random).Select(source => new ContainerMount(source, AnyString(random), AnyString(random), AnyString(random), AnyString(random))),
        ],
        HostNamespaces = [.. AnyStrings(random).Select(type => new HostNamespace(type, AnyEnum<Basis>(random)))],
        WorkingDirectory = AnyString(random),
        User = AnyString(random),
        Command = AnyStrings(random),
    };

    private static PodFacts AnyPod(Random random) =>
        new(AnyString(random), AnyString(random), AnyString(random), AnyString(random), AnyString(random), AnyString(random));

    private static Setting<T> AnySetting<T>(Random random, T value) => new(value, AnyEnum<Basis>(random));
}
