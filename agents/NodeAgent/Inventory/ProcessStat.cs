using System.Buffers.Text;

namespace Agents.NodeAgent.Inventory;

/// <summary>What /proc/PID/stat says (proc(5)).</summary>
/// <param name="Comm">Field 2: may hold spaces, brackets and newlines.</param>
/// <param name="State">Field 3: Z for a process that has ended and is not collected.</param>
/// <param name="StartTicks">Field 22: clock ticks since boot.</param>
internal readonly record struct ProcessStat(byte[] Comm, char State, int ParentTgid, long StartTicks)
{
    private const int StateField = 3;
    private const int ParentField = 4;
    private const int StartField = 22;

    /// <summary>Null when the content is not of the form.</summary>
    public static ProcessStat? Parse(ReadOnlySpan<byte> content)
    {
        // The name ends at the last bracket: it can hold brackets itself, what follows cannot.
        int open = content.IndexOf((byte)'(');
        int close = content.LastIndexOf((byte)')');
        if (open < 0 || close < open || close + 2 > content.Length) return null;
        ReadOnlySpan<byte> rest = content[(close + 2)..];
        int number = StateField;
        int parent = -1;
        foreach (Range field in rest.Split((byte)' '))
        {
            if (number == ParentField && !Utf8Parser.TryParse(rest[field], out parent, out _)) return null;
            if (number++ < StartField) continue;
            bool isNumber = Utf8Parser.TryParse(rest[field], out long start, out _);
            return isNumber ? new ProcessStat(content[(open + 1)..close].ToArray(), (char)rest[0], parent, start) : null;
        }

        return null;
    }
}
