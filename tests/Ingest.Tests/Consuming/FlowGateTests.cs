using FsCheck.Xunit;
using Pipeline.Ingest.Consuming;

namespace Ingest.Tests.Consuming;

public sealed class FlowGateTests
{
    private static readonly FlowMarks Marks = new(HighRecords: 10, LowRecords: 3, HighBytes: 1000, LowBytes: 300);

    [Fact]
    public void Closes_at_the_high_mark_and_opens_at_the_low_one()
    {
        var gate = new FlowGate(Marks);

        bool[] closed = [.. Enumerable.Range(0, 12).Select(_ => gate.Add(1))];
        bool[] opened = [.. Enumerable.Range(0, 12).Select(_ => gate.Take(1))];

        Array.IndexOf(closed, true).ShouldBe(9);
        closed.Count(it => it).ShouldBe(1);
        Array.IndexOf(opened, true).ShouldBe(8);
        opened.Count(it => it).ShouldBe(1);
    }

    [Fact]
    public void Closes_for_bytes_alone()
    {
        var gate = new FlowGate(Marks);

        gate.Add(999).ShouldBeFalse();
        gate.Add(1).ShouldBeTrue();
        gate.Take(1).ShouldBeFalse();
        gate.Take(999).ShouldBeTrue();
    }

    /// <summary>Against a model: what is held is what went in and not out, and the gate moves only at the marks.</summary>
    [Property]
    public void Holds_what_was_added_and_not_taken_and_turns_only_at_the_marks(byte[] sizes, bool[] takes)
    {
        var gate = new FlowGate(Marks);
        var held = new Queue<int>();
        bool closed = false;
        for (int i = 0; i < sizes.Length; i++)
        {
            held.Enqueue(sizes[i]);
            bool closes = gate.Add(sizes[i]);
            closes.ShouldBe(!closed && (held.Count >= Marks.HighRecords || held.Sum() >= Marks.HighBytes));
            closed |= closes;
            if (i < takes.Length && takes[i])
            {
                bool opens = gate.Take(held.Dequeue());
                opens.ShouldBe(closed && held.Count <= Marks.LowRecords && held.Sum() <= Marks.LowBytes);
                closed &= !opens;
            }

            gate.IsClosed.ShouldBe(closed);
            gate.Held.ShouldBe((held.Count, held.Sum()));
        }
    }
}
