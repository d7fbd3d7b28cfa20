namespace CommandLine.Tests;

public sealed class ViewsCommandTests
{
    [Fact]
    public void The_tables_that_can_be_made_anew_are_named()
    {
        (int code, string output, string error) = Cli.Run("views", "list");

        (code, error).ShouldBe((0, ""));
        output.ShouldContain("read.alarms");
        output.ShouldContain("read.alarm_history");
    }

    [Fact]
    public void A_connection_string_that_cannot_be_understood_is_not_repeated()
    {
        (int code, string output, string error) = Cli.Run("views", "rebuild", "--postgres", "Pasword=geheim");

        (code, output).ShouldBe((1, ""));
        error.ShouldContain("connection string cannot be understood");
        error.ShouldNotContain("geheim");
    }
}
