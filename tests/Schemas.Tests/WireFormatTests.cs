using System.Buffers;
using Pipeline.Schemas;

namespace Schemas.Tests;

public sealed class WireFormatTests
{
    [Fact]
    public void Writes_the_fingerprint_little_endian_behind_the_marker()
    {
        var output = new ArrayBufferWriter<byte>();

        WireFormat.Write(0x0102030405060708, output);

        Convert.ToHexStringLower(output.WrittenSpan).ShouldBe("c3010807060504030201");
    }

    [Fact]
    public void Recognises_a_single_object()
    {
        WireFormat.TryRead(Convert.FromHexString("c3010807060504030201ff"), out Framing framing).ShouldBeTrue();

        framing.ShouldBe(new Framing(FramingKind.SingleObject, 0x0102030405060708, RegistryId: 0, BodyOffset: 10));
    }

    [Fact]
    public void Recognises_the_prefix_of_a_registry()
    {
        WireFormat.TryRead(Convert.FromHexString("0000000107ff"), out Framing framing).ShouldBeTrue();

        framing.ShouldBe(new Framing(FramingKind.Registry, Fingerprint: 0, RegistryId: 263, BodyOffset: 5));
    }

    [Theory]
    [InlineData("")]
    [InlineData("c3")]
    [InlineData("c30108070605040302")]
    [InlineData("c3020807060504030201")]
    [InlineData("00000001")]
    [InlineData("7b7d")]
    public void Knows_nothing_else(string hex) => WireFormat.TryRead(Convert.FromHexString(hex), out _).ShouldBeFalse();
}
