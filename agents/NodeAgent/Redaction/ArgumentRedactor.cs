using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Redaction;

/// <summary>Arguments as they may leave the node.</summary>
/// <param name="Bytes">Each argument ended by NUL, but for the last when it was cut.</param>
internal readonly record struct SafeArguments(byte[] Bytes, bool Truncated);

/// <summary>
/// Hides secrets in command lines: each is replaced by three stars, everything else and the division into arguments stays. Pure, and safe
/// from any thread. Most command lines are let through after one vectorised search.
/// </summary>
internal sealed class ArgumentRedactor(RedactionRules rules)
{
    /// <summary>
    /// How much more than the bound is worth reading, so that a secret that lies across the bound is still seen as one.
    /// </summary>
    public const int Overlap = 512;

    private const int MostOnStack = 1024;

    private static readonly byte[] Mark = "***"u8.ToArray();

    /// <summary>Redacts and then cuts to <paramref name="most"/> bytes, not within a character.</summary>
    /// <param name="arguments">As in /proc/PID/cmdline; what goes beyond the bound by <see cref="Overlap"/> is not looked at.</param>
    public SafeArguments Apply(ReadOnlySpan<byte> arguments, int most)
    {
        bool truncated = arguments.Length > most;
        if (truncated) arguments = arguments[..Math.Min(arguments.Length, most + Overlap)];
        byte[] bytes = Redact(arguments);
        if (bytes.Length <= most) return new SafeArguments(bytes, truncated);
        int end = most;
        // A byte that goes on with a character, RFC 3629; text that is none is cut where it falls.
        while (end > most - 4 && end > 0 && (bytes[end] & 0xc0) == 0x80) end--;
        return new SafeArguments(bytes[..((bytes[end] & 0xc0) == 0x80 ? most : end)], true);
    }

    /// <summary>The arguments with their secrets hidden.</summary>
    public byte[] Redact(ReadOnlySpan<byte> arguments)
    {
        char[]? rented = arguments.Length > MostOnStack ? ArrayPool<char>.Shared.Rent(arguments.Length) : null;
        Span<char> text = rented ?? stackalloc char[MostOnStack];
        text = text[..arguments.Length];
        // One character for every byte, so that positions are the same; what is found is ASCII.
        Encoding.Latin1.GetChars(arguments, text);
        byte[] redacted = rules.MayConcern(text) ? Replace(arguments, new SecretFinder(rules, text).Find()) : arguments.ToArray();
        if (rented is not null) ArrayPool<char>.Shared.Return(rented, clearArray: true);
        return redacted;
    }

    /// <summary>As <see cref="Redact(ReadOnlySpan{byte})"/>, for arguments that are text.</summary>
    public ImmutableArray<string> Redact(ImmutableArray<string> arguments)
    {
        if (arguments.IsDefaultOrEmpty) return arguments;
        byte[] before = Encoding.UTF8.GetBytes(string.Join('\0', arguments));
        byte[] after = Redact(before);
        return before.AsSpan().SequenceEqual(after) ? arguments : [.. Encoding.UTF8.GetString(after).Split('\0')];
    }

    /// <summary>A container's report as it may leave the node: the commands in it redacted.</summary>
    public ContainerRecord Redact(ContainerRecord record)
    {
        ImmutableArray<string> exec = Redact(record.ExecCommand);
        ImmutableArray<string> command = Redact(record.Spec?.Command ?? []);
        if (exec != record.ExecCommand) record = record with { ExecCommand = exec };
        return record.Spec is { } spec && command != spec.Command ? record with { Spec = spec with { Command = command } } : record;
    }

    private static byte[] Replace(ReadOnlySpan<byte> arguments, List<(int Start, int End)> secrets)
    {
        var output = new ArrayBufferWriter<byte>(arguments.Length + Mark.Length);
        int from = 0;
        foreach ((int start, int end) in secrets.OrderBy(secret => secret.Start).ThenByDescending(secret => secret.End))
        {
            if (start >= from)
            {
                output.Write(arguments[from..start]);
                output.Write(Mark);
            }

            from = Math.Max(from, end);
        }

        output.Write(arguments[from..]);
        return output.WrittenSpan.ToArray();
    }
}
