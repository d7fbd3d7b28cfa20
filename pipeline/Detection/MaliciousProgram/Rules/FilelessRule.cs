using Pipeline.Domain.Events;

namespace Pipeline.Detection.MaliciousProgram.Rules;

/// <summary>
/// MP-05: a program runs out of memory. Told from the executable itself: the name given to execve(2) is "/dev/fd/N" then, and everything
/// else is what the program wants it to be.
/// </summary>
internal static class FilelessRule
{
    private const string Id = "MP-05";

    public static ProgramFinding? Examine(ref ExecutedProgram program)
    {
        ReadOnlySpan<char> path = program.Path;
        bool memory = program.Self.Executable.Layer == FileLayer.Memory
            || path.StartsWith("memfd:") || path.StartsWith("/memfd:") || IsMemoryDirectory(program.Path, program.Policy);
        if (!program.Weigh(Id, "executable is memory", program.Path, memory)) return null;
        string name = NameOf(program.Path);
        string parent = program.Process.Parent?.ExePath ?? "";
        bool expected = program.Policy.FilelessExceptions.Any(e => e.Name == name && e.ParentPath == parent);
        if (!program.Weigh(Id, "not an exception of the policy", parent, !expected)) return null;
        return new ProgramFinding(ProgramRule.Fileless, program.Policy.FilelessSeverity, program.Path,
            $"Program {program.Path} runs out of memory, without a file")
        {
            Signs = [("fileless", program.Path)],
        };
    }

    private static bool IsMemoryDirectory(string path, MaliciousProgramPolicy policy)
    {
        foreach (string directory in policy.MemoryDirectories)
        {
            if (path.Length > directory.Length && path[directory.Length] == '/' && path.StartsWith(directory, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>"/memfd:name (deleted)" is the memory file "name".</summary>
    private static string NameOf(string path)
    {
        int start = path.IndexOf("memfd:", StringComparison.Ordinal);
        if (start < 0) return "";
        string name = path[(start + 6)..];
        return name.EndsWith(" (deleted)", StringComparison.Ordinal) ? name[..^10] : name;
    }
}
