using System.Buffers;
using System.Text;
using FsCheck.Xunit;
using Pipeline.Schemas;
using Pipeline.Schemas.Binary;

namespace Schemas.Tests.Binary;

public sealed class AvroWriterTests
{
    [Property]
    public void Writes_longs_that_read_back(long value)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(output);

        writer.Long(value);
        writer.Flush();

        var reader = new AvroReader(output.WrittenSpan, 0, DecodeLimits.Default);
        reader.Long().ShouldBe(value);
        reader.End();
        reader.Result.ShouldBe(DecodeResult.Ok);
    }

    [Fact]
    public void Repairs_a_string_that_is_not_UTF_8()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(output);

        writer.String([(byte)'a', 0xFF]);
        writer.Flush();

        output.WrittenSpan[1..].ToArray().ShouldBe(Encoding.UTF8.GetBytes("a\uFFFD"));
    }

    [Fact]
    public void Writes_the_default_for_a_symbol_that_the_enum_does_not_have()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(output);

        writer.Enum(symbol: 200, symbols: 3, defaultSymbol: 1);
        writer.Flush();

        output.WrittenSpan.ToArray().ShouldBe([0x02]);
    }
}
