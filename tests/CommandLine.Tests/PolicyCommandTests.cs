namespace CommandLine.Tests;

public sealed class PolicyCommandTests
{
    [Fact]
    public void The_built_in_policy_is_printed_with_its_reasons_and_is_valid()
    {
        using var folder = new Folder();
        (int code, string document, _) = Cli.Run("policy", "default");

        code.ShouldBe(0);
        document.ShouldContain("\nhigh-risk-system-call:\n");
        document.ShouldContain("# So many different refused calls of one process within the window are somebody trying");
        string path = folder.File("policy.yaml", document);
        Cli.Run("policy", "validate", path).ShouldBe((0, $"{path}: policy default, version 1, is valid{Environment.NewLine}", ""));
    }

    [Fact]
    public void Every_fault_of_a_policy_is_told_with_its_place()
    {
        using var folder = new Folder();
        string path = folder.File("policy.yaml", "versoin: 2\nabnormal-startup:\n  mount-severity: grave\n");

        (int code, string output, string error) = Cli.Run("policy", "validate", path);

        (code, output).ShouldBe((2, ""));
        error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).ShouldBe(
        [
            $"alarmctl policy: {path}:1:1: knows no setting 'versoin'; did you mean version?",
            $"alarmctl policy: {path}:3:19: abnormal-startup.mount-severity: must be one of low, medium, high, critical, not 'grave'",
        ]);
    }

    [Fact]
    public void What_a_policy_holds_cannot_steer_a_terminal()
    {
        using var folder = new Folder();
        string path = folder.File("policy.yaml", "\"\\e[31mred\": 1\n");

        Cli.Run("policy", "validate", path).Error.ShouldContain("\\u{1b}[31mred");
    }

    [Fact]
    public void A_policy_that_is_not_there_is_told() =>
        Cli.Run("policy", "validate", "/nowhere/policy.yaml").ShouldBe((2, "",
            $"alarmctl policy: /nowhere/policy.yaml: no such file{Environment.NewLine}"));

    [Fact]
    public void Nothing_is_served_under_a_bad_policy()
    {
        using var folder = new Folder();
        string path = folder.File("policy.yaml", "version: 0\n");

        (int code, _, string error) = Cli.Run("serve", "--postgres", "Host=127.0.0.1;Port=1", "--policy", path);

        code.ShouldBe(2);
        error.ShouldContain($"alarmctl serve: {path}:1:10: version: '0' must be from 1 to");
    }

    [Theory]
    [InlineData("--node", "n")]
    [InlineData("--node", "n", "--boot", "b")]
    [InlineData("--node", "n", "--boot", "b", "--sequence", "1", "--container", "c")]
    public void An_explanation_needs_one_question(params string[] arguments)
    {
        (int code, _, string error) = Cli.Run(["explain", .. arguments]);

        code.ShouldBe(2);
        error.ShouldContain("name an event with --boot and --sequence, or a container with --container");
    }
}
