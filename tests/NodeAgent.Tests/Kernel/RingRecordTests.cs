using System.Runtime.CompilerServices;
using Agents.NodeAgent.Kernel.Ring;
using Agents.NodeAgent.Kernel.Rules;

namespace NodeAgent.Tests.Kernel;

/// <summary>The layouts that the agent and its programs share; the C side asserts the same sizes.</summary>
public sealed class RingRecordTests
{
    [Fact]
    public void Has_the_size_that_the_programs_write()
    {
        RingRecord.FixedSize.ShouldBe(360);
        Unsafe.SizeOf<RingTask>().ShouldBe(136);
        Unsafe.SizeOf<RingFile>().ShouldBe(56);
        Unsafe.SizeOf<CallRule>().ShouldBe(32);
    }

    [Fact]
    public void Gives_each_text_by_the_lengths_before_it()
    {
        byte[] record = RecordBytes.Of(RecordKind.File, 1, null, "ab", "", "c", "de");

        RingRecord.Text(record, RecordText.Path).ToArray().ShouldBe("ab"u8.ToArray());
        RingRecord.Text(record, RecordText.Raw).IsEmpty.ShouldBeTrue();
        RingRecord.Text(record, RecordText.OtherRaw).ToArray().ShouldBe("de"u8.ToArray());
        RingRecord.Text(record, RecordText.Arguments).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Gives_what_is_there_of_texts_that_are_cut()
    {
        byte[] record = RecordBytes.Of(RecordKind.File, 1, null, "abcd", "efgh", "ijkl")[..^6];

        RingRecord.Text(record, RecordText.Path).Length.ShouldBe(4);
        RingRecord.Text(record, RecordText.Raw).ToArray().ShouldBe("ef"u8.ToArray());
        RingRecord.Text(record, RecordText.Other).IsEmpty.ShouldBeTrue();
    }
}
