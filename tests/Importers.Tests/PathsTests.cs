using System.Text;
using Agents.Importers;

namespace Importers.Tests;

public sealed class PathsTests
{
    [Theory]
    [InlineData("/work", "a", "/work/a")]
    [InlineData("/work", "./a//b/", "/work/a/b")]
    [InlineData("/work/x", "../../../etc/./shadow", "/etc/shadow")]
    [InlineData("/work", "/a/../b", "/b")]
    [InlineData("/", "..", "/")]
    [InlineData("", "a/../b", "a/../b")]
    [InlineData("/work", "", "")]
    public void Resolves_a_path_from_a_directory(string directory, string path, string resolved)
    {
        Encoding.UTF8.GetString(Paths.Resolve(Encoding.UTF8.GetBytes(directory), Encoding.UTF8.GetBytes(path))).ShouldBe(resolved);
    }
}
