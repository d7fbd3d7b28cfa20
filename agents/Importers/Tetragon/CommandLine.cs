using System.Text;

namespace Agents.Importers.Tetragon;

/// <summary>
/// Tetragon joins arguments with spaces and puts those that hold one in quotes; a quote within an argument is not marked, so the split is a
/// best guess.
/// </summary>
internal static class CommandLine
{
    /// <returns>The program and its arguments, each ended by NUL.</returns>
    public static byte[] Split(string program, string arguments)
    {
        var joined = new StringBuilder(program).Append('\0');
        bool quoted = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            char c = arguments[i];
            bool opens = c == '"' && !quoted && (i == 0 || arguments[i - 1] == ' ');
            bool closes = c == '"' && quoted && (i + 1 == arguments.Length || arguments[i + 1] == ' ');
            if (opens || closes) quoted = opens;
            else joined.Append(c == ' ' && !quoted ? '\0' : c);
        }

        if (arguments.Length > 0) joined.Append('\0');
        return Encoding.UTF8.GetBytes(joined.ToString());
    }
}
