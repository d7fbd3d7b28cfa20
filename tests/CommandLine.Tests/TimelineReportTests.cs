using Pipeline.Host.Commands;
using Pipeline.Host.Commands.Timelines;
using Pipeline.Replay.Timelines;

namespace CommandLine.Tests;

public sealed class TimelineReportTests
{
    private const string Hostile = "/tmp/\u001b[2J\u202e\r\n[red]x[/]";

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    [InlineData("ndjson")]
    public void Shows_what_a_container_called_its_files_without_letting_it_steer_the_terminal(string format)
    {
        DateTimeOffset at = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
        var e = new TimelineEvent(at, "n-1", "boot", 7, "file", 100, Hostile, $"open {Hostile}", true);
        var timeline = new Timeline(
            Hostile, at, [new TimelineProcess(0, 100, 1, 1, Hostile, Hostile, [Hostile], 0, 1, at)], [e],
            [new TouchedFile(Hostile, ["open"], 1, at, at)], [new Connection("connect", $"unix:{Hostile}", 0, 1, at)], [e], [Hostile],
            new TimelineReading(1, 2, 3, 4));
        using var output = new StringWriter();

        new TimelineReport(output, format).Write(timeline);

        string text = output.ToString();
        text.Where(c => c != '\n' && (char.IsControl(c) || c == '\u202e')).ShouldBeEmpty();
        text.ShouldContain("/tmp/");
        text.ShouldContain(format == "table" ? "[red]x[/]" : "\\u001B");
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7200)]
    [InlineData("00:05:00", 300)]
    public void Reads_lengths_of_time(string text, double seconds)
    {
        DurationText.TryRead(text, out TimeSpan length).ShouldBeTrue();
        length.TotalSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5m")]
    [InlineData("m")]
    [InlineData("5 minutes")]
    public void Refuses_what_is_no_length_of_time(string text) => DurationText.TryRead(text, out _).ShouldBeFalse();
}
