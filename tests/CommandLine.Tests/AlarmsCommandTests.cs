using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Api;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Exclusions;
using Testing;

namespace CommandLine.Tests;

/// <summary>The command line against the real API over alarms in memory.</summary>
public sealed class AlarmsCommandTests : IAsyncLifetime
{
    private readonly Alarms _alarms = new();
    private readonly Exclusions _exclusions = new();
    private WebApplication _app = null!;

    private string Url => _app.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IAlarmQueries>(_alarms).AddSingleton<IAlarmHandling>(_alarms).AddSingleton<IExclusions>(_exclusions).AddAlarmApi();
        _app = builder.Build();
        _app.MapAlarmApi();
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public void Lists_alarms_as_a_table_for_people()
    {
        _alarms.Add(SomeAlarm.Raised("a"));

        (int code, string output, string error) = Cli.Run("alarms", "list", "--url", Url);

        (code, error).ShouldBe((0, ""));
        output.ShouldContain("abnormal-startup");
        output.ShouldContain("privileged:true");
        output.ShouldContain("1 alarm\n");
    }

    [Fact]
    public void Lists_alarms_as_csv_with_the_columns_that_were_asked_for()
    {
        _alarms.Add(SomeAlarm.Raised("a") with { Content = [new("mounts", """mounts:[{"source":"/"}]""", Severity.High, ""), new("privileged", "privileged:true", Severity.High, "")] });

        (_, string output, _) = Cli.Run("alarms", "list", "--url", Url, "--format", "csv", "--columns", "container,rule,severity,content");

        output.ShouldBe("container,rule,severity,content\nweb,AS-01,high,\"mounts:[{\"\"source\"\":\"\"/\"\"}]; privileged:true\"\n");
    }

    [Fact]
    public void Lists_alarms_as_json_lines_over_several_pages()
    {
        for (int i = 0; i < 1203; i++) _alarms.Add(SomeAlarm.Raised($"{i}"));

        (_, string output, _) = Cli.Run("alarms", "list", "--url", Url, "--format", "ndjson", "--limit", "1100");

        string[] lines = output.TrimEnd('\n').Split('\n');
        lines.Length.ShouldBe(1100);
        lines.Select(line => JsonElement.Parse(line).GetProperty("id").GetGuid()).ShouldBe(Enumerable.Range(0, 1100).Select(i => SomeAlarm.Id($"{i}")));
    }

    [Fact]
    public void Asks_for_what_the_filters_say()
    {
        Cli.Run(
            "alarms", "list", "--url", Url, "--type", "abnormal-startup,file-escape", "--severity", "high", "--severity", "critical", "--node", "n&1",
            "--container", "web", "--image", "a/*", "--rule", "AS-01", "--state", "open", "--since", "1h", "--limit", "7").Code.ShouldBe(0);

        AlarmFilter asked = _alarms.Asked.ShouldNotBeNull();
        asked.Types.ShouldBe([AlarmType.AbnormalStartup, AlarmType.FileEscape]);
        asked.Severities.ShouldBe([Severity.High, Severity.Critical]);
        (asked.Node, asked.Container, asked.Image, asked.Rule).ShouldBe(("n&1", "web", "a/*", "AS-01"));
        asked.From.ShouldNotBeNull();
    }

    [Fact]
    public void Shows_one_alarm_with_its_findings_and_history()
    {
        _alarms.Add(SomeAlarm.Raised("a"));

        (int code, string output, _) = Cli.Run("alarms", "show", SomeAlarm.Id("a").ToString(), "--url", Url);

        code.ShouldBe(0);
        foreach (string part in (string[])["Run it without --privileged.", "privileged:true", "explicit", "privileged=true", "raised"])
            output.ShouldContain(part);
    }

    [Fact]
    public void Prints_hostile_text_as_text()
    {
        _alarms.Add(SomeAlarm.Raised("a") with { Source = SomeAlarm.Source with { ContainerName = "\u001b[2J[red]x\u202e\n" } });

        foreach (string format in (string[])["table", "csv"])
        {
            string output = Cli.Run("alarms", "list", "--url", Url, "--format", format).Output;

            output.ShouldContain("""\u{1b}[2J[red]x\u{202e}\u{a}""");
        }

        Cli.Run("alarms", "show", SomeAlarm.Id("a").ToString(), "--url", Url).Output.ShouldContain("""\u{1b}[2J[red]x\u{202e}\u{a}""");
    }

    [Fact]
    public void Says_how_to_start_the_system_when_nothing_answers()
    {
        (int code, string output, string error) = Cli.Run("alarms", "list", "--url", "http://127.0.0.1:1");

        (code, output).ShouldBe((2, ""));
        error.ShouldContain("no answer from http://127.0.0.1:1/");
        error.ShouldContain("./run.sh");
    }

    [Theory]
    [InlineData("list", "--severity", "urgent", "\"urgent\" is not a value of severity; allowed are low, medium, high, critical.")]
    [InlineData("show", "--format", "json", "No alarm has this id")]
    public void Says_what_the_api_says_when_it_refuses(string command, string option, string value, string message)
    {
        string[] id = command == "show" ? [SomeAlarm.Id("none").ToString()] : [];

        (int code, _, string error) = Cli.Run(["alarms", command, .. id, option, value, "--url", Url]);

        code.ShouldBe(2);
        error.ShouldContain(message);
    }

    [Fact]
    public void Does_something_about_alarms_by_id()
    {
        _alarms.Add(SomeAlarm.Raised("a"));

        (int code, string output, string error) = Cli.Run(
            "alarms", "close", SomeAlarm.Id("a").ToString(), "--verdict", "benign", "--reason", "meant to be", "--actor", "alice", "--url", Url);

        (code, output, error).ShouldBe((0, "1 done, 0 refused\n", ""));
        AlarmCommand command = _alarms.Commands.ShouldHaveSingleItem();
        command.ShouldBe(new AlarmCommand(command.RequestId, AlarmAction.Close, "alice", "alarmctl", "meant to be", "", Verdict.Benign));
    }

    [Fact]
    public void Does_it_to_all_that_filters_find()
    {
        _alarms.Add(SomeAlarm.Raised("a"));
        _alarms.Add(SomeAlarm.Raised("b"));

        (int code, string output, _) = Cli.Run("alarms", "ignore", "--rule", "AS-01", "--url", Url);

        (code, output, _alarms.Asked!.Rule).ShouldBe((0, "2 done, 0 refused\n", "AS-01"));
    }

    [Fact]
    public void Exits_with_1_and_says_which_when_some_alarms_do_not_accept_it()
    {
        _alarms.Add(SomeAlarm.Raised("a"));

        (int code, string output, string error) =
            Cli.Run("alarms", "acknowledge", SomeAlarm.Id("a").ToString(), SomeAlarm.Id("b").ToString(), "--url", Url);

        (code, output).ShouldBe((1, "1 done, 1 refused\n"));
        error.ShouldBe($"{SomeAlarm.Id("b")}  There is no such alarm.\n");
    }

    [Fact]
    public void Previews_adds_lists_and_removes_exclusions()
    {
        string[] what = ["--where", "image prefix shop/", "--where", "rule equal AS-01"];

        string preview = Cli.Run(["exclusions", "preview", .. what, "--url", Url]).Output;
        (int added, string id, _) = Cli.Run(["exclusions", "add", .. what, "--reason", "meant to be", "--actor", "alice", "--expires", "2999-01-01T00:00:00Z", "--url", Url]);
        string list = Cli.Run("exclusions", "list", "--json", "--url", Url).Output;
        (int removed, string state, _) = Cli.Run("exclusions", "remove", id.Trim(), "--reason", "over", "--url", Url);

        preview.ShouldStartWith("would hide 7 open alarms; 2 resolved ones");
        (added, removed, state).ShouldBe((0, 0, "removed\n"));
        JsonElement one = JsonElement.Parse(list).GetProperty("exclusions").EnumerateArray().ShouldHaveSingleItem();
        one.GetProperty("conditions").GetArrayLength().ShouldBe(2);
        one.GetProperty("addedBy").GetString().ShouldBe("alice");
        Cli.Run("exclusions", "add", "--where", "colour is red", "--reason", "x", "--url", Url).Code.ShouldBe(2);
        Cli.Run("exclusions", "add", "--where", "image not-equal x", "--reason", "x", "--url", Url).Error.ShouldContain("all say what an alarm is not");
    }

    [Fact]
    public void Wants_ids_or_filters()
    {
        Cli.Run("alarms", "acknowledge", "--url", Url).Code.ShouldBe(2);
        Cli.Run("alarms", "acknowledge", SomeAlarm.Id("a").ToString(), "--rule", "AS-01", "--url", Url).Code.ShouldBe(2);

        _alarms.Commands.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--since", "soon")]
    [InlineData("--since", "99999999999d")]
    [InlineData("--limit", "0")]
    [InlineData("--columns", "id,colour")]
    [InlineData("--url", "ftp://x")]
    public void Exits_with_2_when_an_option_makes_no_sense(string option, string value)
    {
        (int code, string output, string error) = Cli.Run("alarms", "list", option, value);

        code.ShouldBe(2);
        error.ShouldContain(value.Split(',')[^1]);
        output.ShouldNotContain("alarms\n");
    }

    private sealed class Exclusions : IExclusions
    {
        private readonly Dictionary<Guid, StoredExclusion> _stored = [];

        public Task<ExclusionPreview> PreviewAsync(ImmutableArray<ExclusionCondition> conditions, CancellationToken cancellation) =>
            Task.FromResult(new ExclusionPreview(7, 2, []));

        public Task<StoredExclusion?> AddAsync(
            Guid id, ImmutableArray<ExclusionCondition> conditions, string actor, string reason, DateTimeOffset? expiresAt, CancellationToken cancellation) =>
            Task.FromResult<StoredExclusion?>(_stored[id] =
                new StoredExclusion(id, conditions, reason, actor, SomeAlarm.Moment, expiresAt, ExclusionState.Active, "", null, "", 7));

        public Task<StoredExclusion?> RemoveAsync(Guid id, string actor, string reason, CancellationToken cancellation) =>
            Task.FromResult<StoredExclusion?>(_stored[id] = _stored[id] with { State = ExclusionState.Removed });

        public Task<ImmutableArray<StoredExclusion>> ListAsync(bool all, int limit, CancellationToken cancellation) =>
            Task.FromResult<ImmutableArray<StoredExclusion>>([.. _stored.Values]);

        public Task<StoredExclusion?> FindAsync(Guid id, CancellationToken cancellation) => Task.FromResult(_stored.GetValueOrDefault(id));
    }

    /// <summary>Pages through what was added, in that order; the cursor is a number.</summary>
    private sealed class Alarms : IAlarmQueries, IAlarmHandling
    {
        private readonly List<AlarmRaised> _raised = [];

        public AlarmFilter? Asked { get; private set; }

        public void Add(AlarmRaised raised) => _raised.Add(raised);

        public Task<AlarmPage?> ListAsync(AlarmFilter filter, string? cursor, int limit, CancellationToken cancellation)
        {
            Asked = filter;
            int from = cursor is null ? 0 : int.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture);
            ImmutableArray<AlarmSummary> page = [.. _raised.Skip(from).Take(limit).Select(Summary)];
            return Task.FromResult<AlarmPage?>(new AlarmPage(page, from + page.Length < _raised.Count ? $"{from + page.Length}" : null));
        }

        public Task<StoredAlarm?> FindAsync(Guid id, CancellationToken cancellation) => Task.FromResult(
            _raised.Find(raised => raised.AlarmId == id) is { } raised ? new StoredAlarm(AlarmView.Apply(null, raised)!, [new(raised, raised.At)]) : null);

        public List<AlarmCommand> Commands { get; } = [];

        public ImmutableArray<Guid> About { get; private set; } = [];

        public Task<ImmutableArray<HandlingResult>> HandleAsync(
            AlarmCommand command, ImmutableArray<Guid> ids, int? version, CancellationToken cancellation)
        {
            Commands.Add(command);
            About = ids;
            return Task.FromResult<ImmutableArray<HandlingResult>>([.. ids.Select(id => _raised.Exists(raised => raised.AlarmId == id)
                ? (HandlingResult)new HandlingResult.Done(id, 2, AlarmState.Closed)
                : new HandlingResult.NotFound(id))]);
        }

        public Task<ImmutableArray<Guid>> AcceptingAsync(AlarmFilter filter, AlarmAction action, int limit, CancellationToken cancellation)
        {
            Asked = filter;
            return Task.FromResult<ImmutableArray<Guid>>([.. _raised.Select(raised => raised.AlarmId)]);
        }

        public Task<bool> IsReadyAsync(CancellationToken cancellation) => Task.FromResult(true);

        private static AlarmSummary Summary(AlarmRaised e) => new(
            e.AlarmId, e.Type, e.RuleId, e.ClassId, e.Title, e.Severity, e.Outcome, AlarmState.Open, e.Source, e.Subject,
            [.. e.Content.Select(item => item.Content)], 1, e.At, e.At, null, e.At, e.Labels, null, "", null, null);
    }
}
