using System.Globalization;

namespace Testing;

/// <summary>
/// Lets an engine start privileged containers on a machine that itself lacks CAP_SYS_RESOURCE (a restricted virtual machine): a program in front of runc takes
/// that capability, and resource limits, out of what the engine asks for.
/// </summary>
internal static class OciRuntimeShim
{
    /// <summary>Number of CAP_SYS_RESOURCE, capabilities(7).</summary>
    private const int SysResource = 24;

    public static bool IsNeeded
    {
        get
        {
            string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
            ulong effective = ulong.Parse(line["CapEff:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return (effective & (1UL << SysResource)) == 0;
        }
    }

    /// <summary>Writes the program and gives dockerd's configuration that uses it.</summary>
    public static string Install(string root, string runc, string jq) =>
        $$$"""{"runtimes":{"shim":{"path":"{{{Write(root, runc, jq)}}}"}},"default-runtime":"shim"}""";

    /// <summary>Writes the program and gives its path.</summary>
    public static string Write(string root, string runc, string jq)
    {
        string path = Path.Combine(root, "runc-shim");
        File.WriteAllText(path, $$"""
            #!/bin/sh
            previous=
            file=
            for word in "$@"; do
              case $previous in
                --bundle | -b) file=$word/config.json ;;
                --process | -p) file=$word ;;
              esac
              previous=$word
            done
            if [ -n "$file" ] && [ -f "$file" ]; then
              {{jq}} 'def fix: (if .capabilities then .capabilities |= map_values(map(select(. != "CAP_SYS_RESOURCE"))) else . end) | del(.rlimits);
                if .process then .process |= fix else fix end' "$file" > "$file.new" && cat "$file.new" > "$file" && rm -f "$file.new"
            fi
            exec {{runc}} "$@"

            """.ReplaceLineEndings("\n"));
        if (OperatingSystem.IsLinux()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
