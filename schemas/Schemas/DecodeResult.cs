namespace Pipeline.Schemas;

/// <summary>How decoding ended. The default value is success.</summary>
/// <param name="Fault">What is wrong; <see cref="DecodeFault.None"/> when nothing is.</param>
/// <param name="Position">Offset in the message, from its first byte, at which it was noticed.</param>
/// <param name="Detail">For people; never content of the message.</param>
public readonly record struct DecodeResult(DecodeFault Fault, int Position, string Detail)
{
    public static DecodeResult Ok => default;

    public bool IsOk => Fault == DecodeFault.None;

    public override string ToString() => IsOk ? "ok" : $"{Fault} at byte {Position}: {Detail}";
}
