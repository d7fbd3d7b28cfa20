using System.Globalization;
using System.Runtime.InteropServices;

namespace Agents.NodeAgent.Doctor;

/// <summary>Whether something keeps the wall clock right, by adjtimex(2).</summary>
internal static partial class ClockCheck
{
    private const int Unsynchronised = 0x40;
    private const double MostSeconds = 1;

    /// <summary>The beginning of struct timex as 64-bit systems have it; the kernel writes 208 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 208)]
    private struct TimeX
    {
        public uint Modes;
        public long Offset;
        public long Frequency;
        public long MostErrorUs;
        public long EstimatedErrorUs;
        public int Status;
    }

    public static Finding Run()
    {
        var time = default(TimeX);
        return AdjTimeX(ref time) < 0
            ? new Finding("clock", Verdict.Warn, "cannot be asked", "Allow adjtimex(2).")
            : Judge((time.Status & Unsynchronised) == 0, time.MostErrorUs);
    }

    internal static Finding Judge(bool synchronised, long mostErrorUs)
    {
        double seconds = mostErrorUs / 1e6;
        string found =
            string.Create(CultureInfo.InvariantCulture, $"{(synchronised ? "" : "not ")}synchronised, error at most {seconds:F3} s");
        return synchronised && seconds <= MostSeconds
            ? new Finding("clock", Verdict.Ok, found)
            : new Finding(
                "clock", Verdict.Warn, found, "Run chrony, systemd-timesyncd or ntpd.",
                "nothing, but this node's times do not compare with others'");
    }

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    private static partial int AdjTimeX(ref TimeX time);
}
