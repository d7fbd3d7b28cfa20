using Agents.NodeAgent.Importing;
using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;

namespace NodeAgent.Tests.Importing;

/// <summary>Recordings on their way to the log.</summary>
public sealed class ImportRunTests : IDisposable
{
    private const string Unlink =
        "node=web1 type=SYSCALL msg=audit(1490995752.404:1): arch=c000003e syscall=87 exit=0 a0=1 ppid=1 pid=7 uid=0 exe=\"/bin/rm\"\n"
        + "node=web1 type=PATH msg=audit(1490995752.404:1): item=0 name=\"/etc/passwd\" nametype=DELETE\n";

    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _directory.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Publishes_a_recording_under_its_nodes_name()
    {
        using var kafka = new MockKafka();

        ImportExit exit = await ImportAsync(
            File("audit.log", Unlink), options => options with { Shipping = new ShippingOptions { Brokers = kafka.Address } });

        exit.ShouldBe(ImportExit.Done, _error.ToString());

        ReadMessage message = (await kafka.ReadAsync(read => read.Count == 1))[0];
        (message.Key, message.Kinds, message.Batch.Node.Value).ShouldBe(("web1", "file,heartbeat", "web1"));
        message.Batch.String(message.Batch.Files[0].Path).ShouldBe("/etc/passwd");
    }

    [Fact]
    public async Task Importing_twice_gives_the_same_events()
    {
        string file = File("audit.log", Unlink);

        await ImportAsync(file, options => options with { OutputFile = _directory["one"] });
        await ImportAsync(file, options => options with { OutputFile = _directory["two"] });

        byte[] one = System.IO.File.ReadAllBytes(_directory["one"]);
        System.IO.File.ReadAllBytes(_directory["two"]).ShouldBe(one);
        one.Length.ShouldBe(4 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(one));
        var batch = new EventBatch();
        NodeEventsCodec.Decode(one.AsSpan(4), batch, DecodeLimits.Default).IsOk.ShouldBeTrue();
        batch.IdOf(0).Sequence.ShouldBe(0);
    }

    [Fact]
    public async Task The_given_name_of_the_node_wins()
    {
        await ImportAsync(File("audit.log", Unlink), options => options with { DryRun = true, Node = new NodeId("other") });

        _output.ToString().ShouldContain("node   other");
    }

    [Fact]
    public async Task A_damaged_recording_ends_with_2_after_what_could_be_read()
    {
        string torn = File("audit.log", Unlink + "type=SYSCALL msg=audit(14909");

        (await ImportAsync(torn, options => options with { DryRun = true, Json = true })).ShouldBe(ImportExit.Damaged);

        using var report = System.Text.Json.JsonDocument.Parse(_output.ToString());
        report.RootElement.GetProperty("damages")[0].GetProperty("offset").GetInt64().ShouldBe(Unlink.Length);
        report.RootElement.GetProperty("events").GetProperty("file").GetInt64().ShouldBe(1);
    }

    [Theory]
    [InlineData("absent.log", null)]
    [InlineData("text.txt", "a text that is no recording")]
    public async Task What_cannot_be_read_at_all_ends_with_1_and_says_why(string name, string? content)
    {
        string file = content is null ? _directory[name] : File(name, content);

        (await ImportAsync(file, options => options with { DryRun = true })).ShouldBe(ImportExit.Failed);

        _error.ToString().ShouldContain(name);
    }

    [Fact]
    public async Task A_log_that_takes_nothing_ends_with_1_and_says_why()
    {
        (await ImportAsync(File("audit.log", Unlink), options => options with
        {
            Shipping = new ShippingOptions { Brokers = "127.0.0.1:1" },
            Patience = TimeSpan.FromMilliseconds(100),
        })).ShouldBe(ImportExit.Failed);

        _error.ToString().ShouldContain("127.0.0.1:1");
    }

    [Fact]
    public async Task A_report_for_people_does_not_steer_the_terminal()
    {
        string hostile = File("audit.log", "type=\u001b[31mRED msg=audit(1490995752.404:1): x=1\n" + Unlink);

        await ImportAsync(hostile, options => options with { DryRun = true });

        _output.ToString().ShouldContain("?[31mRED");
        _output.ToString().ShouldNotContain("\u001b");
    }

    private string File(string name, string content)
    {
        System.IO.File.WriteAllText(_directory[name], content);
        return _directory[name];
    }

    private Task<ImportExit> ImportAsync(string file, Func<ImportOptions, ImportOptions> change)
    {
        ImportOptions options = change(new ImportOptions { Files = [file], Shipping = new ShippingOptions { Brokers = "localhost:1" } });
        return new ImportRun(options, TimeProvider.System, _output, _error).RunAsync(TestContext.Current.CancellationToken);
    }
}
