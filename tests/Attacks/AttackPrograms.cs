using Testing;

namespace Attacks;

/// <summary>The programs of programs/*.c: harmless, and touching own files only.</summary>
internal static class AttackPrograms
{
    /// <summary>Compiles them into a directory; gives the reason when that cannot be done here.</summary>
    public static async Task<string?> BuildAsync(string directory)
    {
        if (!File.Exists("/usr/bin/gcc") || !File.Exists("/usr/include/stdio.h"))
            return "no C compiler (Debian: apt-get install gcc libc6-dev)";
        Directory.CreateDirectory(directory);
        foreach (string source in Directory.GetFiles(Path.Combine(Repository.Root, "tests", "Attacks", "programs"), "*.c"))
        {
            string program = Path.Combine(directory, Path.GetFileNameWithoutExtension(source));
            await using OwnProcess compiler = OwnProcess.Start("gcc", "/usr/bin/gcc", ["-O1", "-Wall", "-Werror", "-Wno-unused-result",
                "-static", "-no-pie", "-pthread", "-o", program, source]);
            if (await compiler.ExitAsync() != 0) throw new InvalidOperationException(compiler.Output);
        }

        return null;
    }
}
