using System.Runtime.CompilerServices;
using Xunit;

namespace Testing;

/// <summary>Compares with a file that was reviewed like code: <c>Approved/NAME</c> beside the test's source.</summary>
public static class Approval
{
    /// <summary>
    /// Fails at the first line that differs, having written what was received to <c>NAME.received</c> beside the approved file. Line ends
    /// are LF.
    /// </summary>
    public static void ShouldMatchApproved(this string text, string name, [CallerFilePath] string source = "")
    {
        string folder = Path.GetDirectoryName(Relative(source))!;
        string approved = Path.Combine(Repository.Root, folder, "Approved", name);
        string received = approved + ".received";
        string actual = text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        string expected = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (actual == expected)
        {
            File.Delete(received);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(approved)!);
        File.WriteAllText(received, actual);
        Assert.Fail($"{Difference(expected.Split('\n'), actual.Split('\n'))}\nWhen {received} is right, move it over {name}.");
    }

    private static string Difference(string[] expected, string[] actual)
    {
        int same = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"Line {same + 1} differs.\napproved: {expected.ElementAtOrDefault(same)}\nreceived: {actual.ElementAtOrDefault(same)}";
    }

    /// <summary>Builds map the checkout's path to /src/.</summary>
    private static string Relative(string source) =>
        source.StartsWith("/src/", StringComparison.Ordinal) ? source["/src/".Length..] : Path.GetRelativePath(Repository.Root, source);
}
