using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Schemas;
using Testing;

namespace Schemas.Tests;

/// <summary>
/// What was once written must be readable for ever. A file is the hexadecimal form of a message of <see cref="Samples"/>, made when its
/// version was published. Add one for a new version; never change one.
/// </summary>
public sealed class GoldenFileTests
{
    [Fact]
    public void Reads_node_events_of_version_1()
    {
        byte[] golden = Golden("node-events.v1.hex", Samples.Encode(Samples.Batch()));
        var batch = new EventBatch();

        NodeEventsCodec.Decode(golden, batch, DecodeLimits.Default).ShouldBe(DecodeResult.Ok);

        GenericBatch.Of(batch).ShouldBe(GenericBatch.Of(Samples.Batch()));
    }

    [Fact]
    public void Reads_dead_letters_of_version_1()
    {
        byte[] golden = Golden("dead-letters.v1.hex", Samples.Encode(Samples.DeadLetter));

        DeadLetterCodec.Decode(golden, DecodeLimits.Default, out DeadLetter? letter).ShouldBe(DecodeResult.Ok);

        Samples.Encode(letter!).ShouldBe(Samples.Encode(Samples.DeadLetter));
    }

    [Theory]
    [InlineData("raised")]
    [InlineData("confirmed")]
    [InlineData("recurred")]
    [InlineData("escalated")]
    [InlineData("amended")]
    public void Reads_alarms_of_version_1(string name)
    {
        AlarmEvent sample = Samples.Alarms.Single(alarm => alarm.GetType().Name.EndsWith(name, StringComparison.OrdinalIgnoreCase));
        byte[] golden = Golden($"alarms.{name}.v1.hex", Samples.Encode(sample));

        AlarmCodec.Decode(golden, DecodeLimits.Default, out AlarmEvent? alarm).ShouldBe(DecodeResult.Ok);

        Samples.Encode(alarm!).ShouldBe(Samples.Encode(sample));
    }

    [Theory]
    [InlineData("action", 5)]
    [InlineData("action-exclusion", 6)]
    public void Reads_alarms_of_version_2(string name, int sample)
    {
        byte[] golden = Golden($"alarms.{name}.v2.hex", Samples.Encode(Samples.Alarms[sample]));

        AlarmCodec.Decode(golden, DecodeLimits.Default, out AlarmEvent? alarm).ShouldBe(DecodeResult.Ok);

        Samples.Encode(alarm!).ShouldBe(Samples.Encode(Samples.Alarms[sample]));
    }

    private static byte[] Golden(string name, byte[] today)
    {
        string path = Path.Combine(Repository.Root, "tests", "Schemas.Tests", "Golden", name);
        if (!File.Exists(path)) Assert.Fail($"{path} is missing. Today's bytes: {Convert.ToHexStringLower(today)}");
        return Convert.FromHexString(string.Concat(File.ReadAllLines(path)));
    }
}
