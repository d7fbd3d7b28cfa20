using System.Text;
using Agents.Descriptions;
using static Descriptions.Tests.Reading;

namespace Descriptions.Tests;

/// <summary>What is not valid is named by document, line or path, and reason, and harms nothing beside it.</summary>
public sealed class BadInputTests
{
    private const string Pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c}]}\n";

    [Fact]
    public void Says_where_json_ends_too_early()
    {
        Unreadable bad = Unreadable("{\n \"HostConfig\": {\n");

        bad.Line.ShouldBe(3);
        bad.Reason.ShouldStartWith("not valid JSON: ");
    }

    [Fact]
    public void Says_where_yaml_uses_tabs_and_reads_the_other_documents()
    {
        DescriptionResult[] results = Read($"{Pod}---\napiVersion: v1\nkind: Pod\n\tspec: {{}}\n---\n{Pod}");

        results.Length.ShouldBe(3);
        results[0].ShouldBeOfType<Described>().Document.ShouldBe(1);
        Unreadable bad = results[1].ShouldBeOfType<Unreadable>();
        (bad.Document, bad.Line).ShouldBe((2, 7));
        bad.Reason.ShouldStartWith("not valid YAML: ");
        results[2].ShouldBeOfType<Described>().Document.ShouldBe(3);
    }

    [Theory]
    [InlineData("apiVersion: v1\nkind: Pod\nspec:\n  containers: {name: c}\n", 4, "spec.containers", "expected a list, found an object")]
    [InlineData("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: c\n    securityContext: {privileged: 'true'}\n", 6,
        "spec.containers[0].securityContext.privileged", "expected true or false, found a string")]
    [InlineData("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: c\n    securityContext: true\n", 6,
        "spec.containers[0].securityContext", "expected an object, found true or false")]
    [InlineData("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: 5\n", 5, "spec.containers[0].name", "expected a string, found a number")]
    [InlineData("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: i\n", 0, "spec.containers[0].name", "missing")]
    [InlineData("apiVersion: v1\nkind: Pod\nspec: {}\n", 0, "spec.containers", "missing: a pod has at least one container")]
    [InlineData("apiVersion: v1\nkind: Pod\nspec:\n  hostPID: maybe\n  containers: [{name: c}]\n", 4, "spec.hostPID", "expected true or false, found a string")]
    [InlineData("apiVersion: v1\nkind: Pod\nspec:\n  containers: [{name: c, securityContext: {seccompProfile: {type: Off}}}]\n", 4,
        "spec.containers[0].securityContext.seccompProfile.type", "expected a string, found true or false")]
    [InlineData("{\"HostConfig\":{\n\"SecurityOpt\":[\"no-new-privileges=maybe\"]}}", 2, "HostConfig.SecurityOpt[0]", "no-new-privileges takes true or false")]
    [InlineData("{\"ociVersion\":\"1\",\"process\":\n[]}", 2, "process", "expected an object, found a list")]
    public void Names_line_path_and_reason_of_a_wrong_value(string text, int line, string path, string reason)
    {
        Unreadable bad = Unreadable(text);

        (bad.Line, bad.Path, bad.Reason).ShouldBe((line, path, reason));
    }

    [Fact]
    public void Reads_the_other_containers_of_a_pod_with_a_bad_one()
    {
        DescriptionResult[] results = Read("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a}, {name: b, command: x}, {name: c}]}\n");

        results[1].ShouldBeOfType<Unreadable>().Path.ShouldBe("spec.containers[1].command");
        results.OfType<Described>().Select(result => result.Spec.Name).ShouldBe(["a", "c"]);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" \n\t\r\n", "empty")]
    [InlineData("hello", "not a container description: expected an object")]
    [InlineData("{}", "not a container description: neither")]
    [InlineData("[[]]", "not a container description: expected an object")]
    [InlineData("[{\"Id\":\"x\",\"RepoTags\":[]}]", "not a container description: neither")]
    [InlineData("a: *b", "an alias of something")]
    [InlineData("a: &a [*a]", "an alias of something")]
    [InlineData("[{\"HostConfig\":{}},", "not valid JSON", 2)]
    [InlineData("{\"Name\":\"\\ud800\",\"HostConfig\":{}}", "a string that is not valid Unicode")]
    [InlineData("? [a, b]\n: c", "a key that is no plain value")]
    public void Refuses_what_is_no_description(string text, string reason, int document = 1)
    {
        Unreadable bad = Read(text)[^1].ShouldBeOfType<Unreadable>();

        bad.Document.ShouldBe(document);
        bad.Reason.ShouldStartWith(reason);
    }

    [Fact]
    public void Finds_nothing_in_an_empty_list_or_in_comments_alone()
    {
        Read("[]").ShouldBeEmpty();
        Read("# nothing yet\n---\n# nor here\n").ShouldBeEmpty();
    }

    [Fact]
    public void Refuses_bytes_that_are_no_text()
    {
        DescriptionResult result = ContainerDescriptions.Read(new byte[] { (byte)'a', (byte)'\n', (byte)'b', 0xFF, 0xFE }).ShouldHaveSingleItem();

        result.ShouldBe(new Unreadable(1, 2, 2, "", "not UTF-8 text"));
    }

    [Fact]
    public void Skips_a_byte_order_mark() =>
        ContainerDescriptions.Read(Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes(Pod)).ToArray()).ShouldHaveSingleItem().ShouldBeOfType<Described>();

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    [InlineData("- ", "")]
    public void Refuses_nesting_without_end(string open, string close)
    {
        foreach (int depth in new[] { 100, 100_000 })
        {
            string text = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));

            Read(text)[0].ShouldBeOfType<Unreadable>().Reason.ShouldContain("64");
        }
    }

    [Fact]
    public void Refuses_aliases_that_multiply()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) bomb.AppendLine($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]");

        DescriptionResult[] results = Read($"{bomb}---\n{Pod}");

        results[0].ShouldBeOfType<Unreadable>().Reason.ShouldStartWith("aliases that stand for more than");
        results[1].ShouldBeOfType<Described>();
    }

    [Fact]
    public void Refuses_merge_keys_that_multiply()
    {
        string wide = string.Join(", ", Enumerable.Range(0, 10_000).Select(i => $"k{i}: 1"));
        string all = string.Join(", ", Enumerable.Repeat("*w", 100));

        Unreadable($"w: &w {{{wide}}}\nm: {{<<: [{all}]}}\n").Reason.ShouldContain("more than 500000 values");
    }

    [Fact]
    public void Bounds_everything_by_its_limits()
    {
        DescriptionLimits small = new() { FileBytes = 2000, Nodes = 50, StringLength = 200, KeptStringLength = 20, KeptItems = 3, Labels = 2, CommandArguments = 2 };

        Reason(new string(' ', 2001)).ShouldBe("larger than 2000 bytes");
        Reason($"[[{string.Join(',', Enumerable.Repeat("1", 60))}]]").ShouldBe("more than 50 values in one document");
        Reason($"a: [{string.Join(',', Enumerable.Repeat("1", 60))}]").ShouldBe("more than 50 values in one document");
        Reason($"{{\"a\":\"{new string('x', 201)}\"}}").ShouldBe("a string longer than 200 bytes");
        Reason($"a: {new string('x', 201)}").ShouldBe("a string longer than 200 characters");
        Reason($"{{\"HostConfig\":{{}},\"Name\":\"{new string('x', 21)}\"}}").ShouldBe("a string longer than 20 characters");
        Reason("""{"HostConfig":{"CapAdd":["A","B","C","D"]}}""").ShouldBe("more than 3 elements");

        var cut = ContainerDescriptions.Read(Encoding.UTF8.GetBytes(
            $$$"""{"HostConfig":{},"Path":"p","Args":["{{{new string('y', 30)}}}","b"],"Labels":{"a":"{{{new string('z', 21)}}}","b":"","c":"","d":""}}"""), small)
            .ShouldHaveSingleItem().ShouldBeOfType<Described>();
        cut.Spec.Command.ShouldBe(["p", new string('y', 20), "b"]);
        cut.Spec.Labels.Keys.ShouldBe(["b", "c"]);

        string Reason(string text) => ContainerDescriptions.Read(Encoding.UTF8.GetBytes(text), small).ShouldHaveSingleItem().ShouldBeOfType<Unreadable>().Reason;
    }

    [Fact]
    public void Keeps_strings_as_they_are() =>
        Spec("{\"HostConfig\":{},\"Name\":\"/a\\u001b[31m\\u202e b\"}").Name.ShouldBe("a\u001b[31m\u202e b");
}
