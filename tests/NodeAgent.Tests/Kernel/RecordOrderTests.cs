using Agents.NodeAgent.Redaction;
using Agents.NodeAgent.Kernel.Events;
using Agents.NodeAgent.Kernel.Ring;

namespace NodeAgent.Tests.Kernel;

public sealed class RecordOrderTests
{
    private readonly RecordOrder _order = new(new RecordDecoder(RecordBytes.HostMountNs, new ArgumentRedactor(RedactionRules.Default)), most: 100);

    [Fact]
    public void Gives_records_of_all_processors_in_the_order_of_their_time()
    {
        foreach (long at in new long[] { 10, 30, 20, 50, 40, 15 }) Add(at);

        Take(40).ShouldBe([10, 15, 20, 30, 40]);
        Take(40).ShouldBeEmpty();
        Take(50).ShouldBe([50]);
        _order.Count.ShouldBe(0);
    }

    [Fact]
    public void Keeps_the_order_of_arrival_at_one_instant()
    {
        for (int tid = 1; tid <= 3; tid++)
        {
            int number = tid;
            _order.Add(RecordBytes.Of(RecordKind.Fork, 10, (ref RingRecord record) => record.Task.Tid = number));
        }

        List<int> tids = [];
        foreach (WaitingRecord one in _order.Take(10)) tids.Add(one.Page.Head(one.Position).Task.Tid);
        tids.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void Lets_the_oldest_go_before_their_time_when_too_many_wait()
    {
        for (long at = 1; at <= 150; at++) Add(at);

        Take(0).ShouldBe(Enumerable.Range(1, 50).Select(at => (long)at));
        _order.Count.ShouldBe(100);
    }

    [Fact]
    public void Keeps_every_record_over_many_pages()
    {
        string text = new('x', 3_000);
        for (long at = 1; at <= 90; at++) _order.Add(RecordBytes.Of(RecordKind.File, at, null, text));

        List<int> lengths = [];
        foreach (WaitingRecord one in _order.Take(90)) lengths.Add(RingRecord.Text(one.Page.Record(one.Position), RecordText.Path).Length);
        lengths.Count.ShouldBe(90);
        lengths.ShouldAllBe(length => length == 3_000);
    }

    private void Add(long at) => _order.Add(RecordBytes.Of(RecordKind.Fork, at));

    private List<long> Take(long until)
    {
        List<long> times = [];
        foreach (WaitingRecord one in _order.Take(until)) times.Add(one.At);
        _order.Trim();
        return times;
    }
}
