using Microsoft.Extensions.DependencyInjection;
using Pipeline.Ingest;

namespace Ingest.Tests;

public sealed class IngestOptionsTests
{
    private static readonly IngestOptions Good = new() { BootstrapServers = "localhost:9092" };

    public static TheoryData<IngestOptions, string> Bad => new()
    {
        { Good with { BootstrapServers = " " }, "BootstrapServers" },
        { Good with { Topic = "a b" }, "Topic" },
        { Good with { DeadLetterTopic = "node-events" }, "DeadLetterTopic" },
        { Good with { GroupId = "" }, "GroupId" },
        { Good with { CreatedPartitions = 0 }, "CreatedPartitions" },
        { Good with { BufferLowRecords = 512 }, "BufferLowRecords" },
        { Good with { BufferLowBytes = 1L << 30 }, "BufferLowBytes" },
        { Good with { RevokeWait = TimeSpan.FromSeconds(30) }, "RevokeWait" },
        { Good with { ReopenDelayLeast = TimeSpan.Zero }, "ReopenDelayLeast" },
        { Good with { RestartDelayMost = TimeSpan.Zero }, "RestartDelayLeast" },
        { Good with { MaxRecordBytes = 1 << 30 }, "MaxRecordBytes" },
    };

    [Fact]
    public void Are_valid_by_default() => Good.Validate().ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Bad))]
    public void Name_what_is_out_of_bounds(IngestOptions options, string named) => options.Validate().ShouldHaveSingleItem().ShouldStartWith(named);

    [Fact]
    public void Are_refused_at_registration_when_bad() =>
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddIngest(Good with { GroupId = "" })).Message.ShouldContain("GroupId");
}
