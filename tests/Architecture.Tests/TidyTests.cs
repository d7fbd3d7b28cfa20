using System.Text.RegularExpressions;

namespace Architecture.Tests;

/// <summary>Habits that are cheaper to hold than to restore.</summary>
public sealed partial class TidyTests
{
    private const int MostLines = 500;

    /// <summary>Where a build or development machine keeps things; in two halves, so that this file does not name them.</summary>
    private static readonly string[] MachinePaths = ["/work/" + "main", "/work/" + "shared", "/tmp/" + "wt/", "/root/" + ".nuget", "C:\\" + "Users"];

    private static readonly string[] TextEndings = [".cs", ".csproj", ".props", ".md", ".yml", ".yaml", ".json", ".sh", ".avsc", ".sql", ".txt"];

    [Fact]
    public void No_source_file_is_longer_than_it_can_be_read() =>
        SourceTree.Files(".cs").Where(path => File.ReadLines(path).Count() > MostLines).Select(SourceTree.Name).ShouldBeEmpty();

    [Fact]
    public void No_type_is_named_for_nothing_in_particular() =>
        SourceTree.Files(".cs")
            .SelectMany(path => EmptyName().Matches(File.ReadAllText(path)).Select(match => $"{SourceTree.Name(path)}: {match.Value}"))
            .ShouldBeEmpty();

    [Fact]
    public void Nothing_names_the_machine_it_was_made_on() =>
        SourceTree.Files("").Where(IsText).Where(path => MachinePaths.Any(File.ReadAllText(path).Contains)).Select(SourceTree.Name).ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_to_be_done() =>
        SourceTree.Files(".cs").Where(path => Unfinished().IsMatch(File.ReadAllText(path))).Select(SourceTree.Name).ShouldBeEmpty();

    private static bool IsText(string path) =>
        TextEndings.Contains(Path.GetExtension(path)) || Path.GetFileName(path) is "run" or "alarmctl" or "Dockerfile";

    [GeneratedRegex(@"\b(class|record|struct|interface|enum) \w*(Helper|Manager|Util|Utils|Utility|Impl)s?\b")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"// ?(TODO|FIXME|HACK|XXX)\b|throw new NotImplemented" + "Exception")]
    private static partial Regex Unfinished();
}
