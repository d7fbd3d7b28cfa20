using Pipeline.Domain.Containers;

namespace Testing;

/// <summary>Values a test needs and does not care about. Whatever is drawn comes from the seed alone.</summary>
public static partial class Some
{
    /// <summary>A container as plain "docker run" makes it: nothing asked for.</summary>
    public static ContainerSpec PlainSpec(string name = "web") => new()
    {
        Name = name,
        Image = "nginx:1.27",
        ImageDigest = "sha256:0123",
        Format = "docker",
        Privileged = Setting.Inherited(false),
        Capabilities = new CapabilitySettings([], [], null, Basis.Inherited),
        Seccomp = Setting.Inherited(SeccompProfile.Default),
        NoNewPrivileges = Setting.Inherited(false),
    };

    public static ContainerSpec PrivilegedSpec(string name = "web") => PlainSpec(name) with { Privileged = Setting.Explicit(true) };
}
