using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Agents.NodeAgent.Kernel;

/// <summary>What libbpf has to say: the newest warning is kept for the message of a failure. Safe from any thread.</summary>
internal static unsafe class KernelMessages
{
    private const int Warning = 0;
    private const int Longest = 1024;
    private static volatile string _newest = "";

    public static string Newest => _newest;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static int Keep(int level, byte* format, void* arguments)
    {
        if (level != Warning) return 0;
        byte* text = stackalloc byte[Longest];
        int length = Math.Clamp(Libbpf.Format(text, Longest, format, arguments), 0, Longest - 1);
        string line = Encoding.UTF8.GetString(text, length).Trim();
        // The verifier's whole log may follow; its first lines say what was refused.
        if (line.Contains("failed", StringComparison.Ordinal)) _newest = line;
        return 0;
    }
}
