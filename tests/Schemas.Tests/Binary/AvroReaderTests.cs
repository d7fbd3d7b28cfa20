using Pipeline.Schemas;
using Pipeline.Schemas.Binary;

namespace Schemas.Tests.Binary;

public sealed class AvroReaderTests
{
    [Theory]
    [InlineData("00", 0)]
    [InlineData("01", -1)]
    [InlineData("02", 1)]
    [InlineData("7f", -64)]
    [InlineData("8001", 64)]
    [InlineData("8000", 0)]
    [InlineData("feffffffffffffffff01", long.MaxValue)]
    [InlineData("ffffffffffffffffff01", long.MinValue)]
    public void Reads_a_long(string hex, long expected)
    {
        AvroReader reader = Over(hex);

        reader.Long().ShouldBe(expected);

        reader.End();
        reader.Result.ShouldBe(DecodeResult.Ok);
    }

    [Theory]
    [InlineData("", DecodeFault.Truncated)]
    [InlineData("80", DecodeFault.Truncated)]
    [InlineData("ffffffffffffffffff", DecodeFault.Truncated)]
    [InlineData("ffffffffffffffffff02", DecodeFault.BadNumber)]
    [InlineData("ffffffffffffffffffff01", DecodeFault.BadNumber)]
    public void Refuses_a_long_that_is_cut_or_too_long(string hex, DecodeFault fault)
    {
        AvroReader reader = Over(hex);

        reader.Long().ShouldBe(0);

        reader.Result.Fault.ShouldBe(fault);
    }

    [Theory]
    [InlineData("ffffffff0f", int.MinValue, DecodeFault.None)]
    [InlineData("feffffff0f", int.MaxValue, DecodeFault.None)]
    [InlineData("8080808010", 0, DecodeFault.BadNumber)]
    public void Refuses_an_int_beyond_32_bits(string hex, int expected, DecodeFault fault)
    {
        AvroReader reader = Over(hex);

        reader.Int().ShouldBe(expected);

        reader.Result.Fault.ShouldBe(fault);
    }

    [Theory]
    [InlineData("00", "", DecodeFault.None)]
    [InlineData("0461c3", "", DecodeFault.BadText)]
    [InlineData("04c3a9", "é", DecodeFault.None)]
    [InlineData("0661", "", DecodeFault.Truncated)]
    [InlineData("01", "", DecodeFault.BadLength)]
    [InlineData("feffffff0f61", "", DecodeFault.Truncated)]
    public void Reads_a_string_only_if_it_is_there_and_is_UTF_8(string hex, string expected, DecodeFault fault)
    {
        AvroReader reader = Over(hex);

        reader.String().ShouldBe(expected);

        reader.Result.Fault.ShouldBe(fault);
    }

    [Theory]
    [InlineData("00", "")]
    [InlineData("04020400", "1 2")]
    [InlineData("0402040206" + "00", "1 2 3")]
    [InlineData("0304" + "0204" + "0206" + "00", "1 2 3")]
    public void Reads_arrays_in_blocks_with_and_without_sizes(string hex, string expected)
    {
        AvroReader reader = Over(hex);

        ReadArray(ref reader).ShouldBe(expected);

        reader.End();
        reader.Result.ShouldBe(DecodeResult.Ok);
    }

    [Theory]
    [InlineData("03" + "02" + "0204" + "00", DecodeFault.BadLength)]
    [InlineData("03" + "06" + "0204" + "00", DecodeFault.BadLength)]
    [InlineData("03" + "01" + "0204" + "00", DecodeFault.BadLength)]
    [InlineData("ffffffffffffffffff01" + "00", DecodeFault.BadLength)]
    [InlineData("feffffffffffffffff01" + "00", DecodeFault.BadLength)]
    [InlineData("0402", DecodeFault.BadLength)]
    [InlineData("040204", DecodeFault.Truncated)]
    [InlineData("0a020202020200", DecodeFault.TooLarge)]
    [InlineData("040202" + "06020202" + "00", DecodeFault.TooLarge)]
    public void Refuses_arrays_whose_counts_or_sizes_lie(string hex, DecodeFault fault)
    {
        AvroReader reader = Over(hex);

        ReadArray(ref reader);

        reader.Result.Fault.ShouldBe(fault);
    }

    [Theory]
    [InlineData("00", false, DecodeFault.None)]
    [InlineData("01", true, DecodeFault.None)]
    [InlineData("02", false, DecodeFault.BadNumber)]
    [InlineData("", false, DecodeFault.Truncated)]
    public void Reads_booleans_of_one_byte_only(string hex, bool expected, DecodeFault fault)
    {
        AvroReader reader = Over(hex);

        reader.Boolean().ShouldBe(expected);

        reader.Result.Fault.ShouldBe(fault);
    }

    [Theory]
    [InlineData("04", 2, DecodeFault.None)]
    [InlineData("06", 0, DecodeFault.BadBranch)]
    [InlineData("01", 0, DecodeFault.BadBranch)]
    public void Refuses_a_symbol_that_the_enum_does_not_have(string hex, int expected, DecodeFault fault)
    {
        AvroReader reader = Over(hex);

        reader.Enum(symbols: 3).ShouldBe(expected);

        reader.Result.Fault.ShouldBe(fault);
    }

    [Fact]
    public void Keeps_the_first_fault_and_reads_nothing_after_it()
    {
        AvroReader reader = Over("0602");

        reader.Enum(symbols: 3);
        reader.Long().ShouldBe(0);
        reader.String().ShouldBe("");

        reader.Result.ShouldBe(new DecodeResult(DecodeFault.BadBranch, 1, "enum symbol"));
    }

    [Fact]
    public void Refuses_what_is_left_at_the_end()
    {
        AvroReader reader = Over("0200");

        reader.Long();
        reader.End();

        reader.Result.Fault.ShouldBe(DecodeFault.TrailingBytes);
    }

    private static AvroReader Over(string hex) => new(Convert.FromHexString(hex), 0, new DecodeLimits { MaxItems = 4 });

    private static string ReadArray(ref AvroReader reader)
    {
        var items = new List<long>();
        AvroReader.ItemCursor cursor = reader.BeginItems();
        while (reader.Next(ref cursor)) items.Add(reader.Long());
        return string.Join(' ', items);
    }
}
