namespace Pipeline.Domain.Containers;

/// <summary>Where the value of a container setting comes from.</summary>
public enum Basis
{
    /// <summary>The description cannot tell (a field that its format does not have).</summary>
    Unknown,

    /// <summary>Nobody asked for it: the value is the runtime's or the platform's default.</summary>
    Inherited,

    /// <summary>Somebody wrote it down: a flag, a security option, a field of the pod spec.</summary>
    Explicit,
}

/// <summary>A value together with where it comes from: "false because nobody said anything" is not "false because somebody asked for it".</summary>
public readonly record struct Setting<T>(T Value, Basis Basis)
{
    public bool IsExplicit => Basis == Basis.Explicit;
}

public static class Setting
{
    public static Setting<T> Explicit<T>(T value) => new(value, Basis.Explicit);

    public static Setting<T> Inherited<T>(T value) => new(value, Basis.Inherited);

    public static Setting<T> Unknown<T>(T value) => new(value, Basis.Unknown);
}
