using Agents.Importers;
using Pipeline.Domain.Events;
using static Importers.Tests.Scap.CaptureBytes;

namespace Importers.Tests.Scap;

/// <summary>The blocks of a capture, whole ones and broken ones.</summary>
public sealed class ScapBlocksTests
{
    private const ushort CloseEnter = 4;
    private const ushort CloseExit = 5;
    private const ushort MkdirExit = 277;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_either_byte_order(bool bigEndian)
    {
        CaptureBytes capture = new CaptureBytes(bigEndian).SectionHeader().MachineInfo("n1").Process(7, "/bin/sh");
        capture.Event(MkdirExit, 7, 5, capture.Int(0), Str("new"));

        Recorded recorded = Read(capture);

        recorded.Report.Complete.ShouldBeTrue();
        recorded.Report.Nodes.ShouldBe(["n1"]);
        (EventBatch batch, FileRecord file, TaskRecord task) = recorded.Files().ShouldHaveSingleItem();
        batch.String(file.Path).ShouldBe("/work/new");
        (task.Tgid, task.Uid, task.CapPermitted, task.CapEffective).ShouldBe((7, 1000u, 0x3FUL, 0x1FUL));
    }

    [Fact]
    public void Expands_a_compressed_capture()
    {
        CaptureBytes capture = CaptureBytes.Little();
        capture.Event(MkdirExit, 7, 5, capture.Int(0), Str("/new"));

        Recorded.Read(RecordingFormat.Scap, capture.ToGzip()).Files().ShouldHaveSingleItem();
    }

    [Fact]
    public void Counts_the_parameters_of_an_old_event_by_their_lengths()
    {
        CaptureBytes capture = CaptureBytes.Little();
        capture.OldEvent(MkdirExit, 7, 5, capture.Int(-17), Str("/there"));

        (EventBatch batch, FileRecord file, _) = Read(capture).Files().ShouldHaveSingleItem();

        (file.Result, batch.String(file.Path)).ShouldBe((-17, "/there"));
    }

    [Theory]
    [InlineData(0x202, 1)]
    [InlineData(0x8000ABCDu, 1)]
    [InlineData(0x207, 2)]
    [InlineData(0x209, 3)]
    [InlineData(0x210, 4)]
    [InlineData(0x211, 5)]
    [InlineData(0x212, 6)]
    [InlineData(0x213, 7)]
    [InlineData(0x214, 8)]
    public void Reads_the_process_lists_of_all_versions(uint type, int version)
    {
        CaptureBytes capture = CaptureBytes.Little().Block(type, list =>
        {
            for (int pid = 10; pid < 13; pid++) OldEntry(list, pid, version);
        });
        capture.Event(CloseEnter, 10, 5, capture.Int(3));

        Recorded recorded = Read(capture.Event(MkdirExit, 10, 6, capture.Int(0), Str("d")));

        recorded.Report.DamageCount.ShouldBe(0);
        recorded.Processes().Where(p => p.Record.Action == ProcessAction.Existing).Select(p => p.Task.Tgid).ShouldBe([10, 11, 12]);
        recorded.Files().Select(f => f.Batch.String(f.Record.Path)).ShouldBe(["/work/d"]);
    }

    [Fact]
    public void Passes_over_what_newer_sensors_append_to_an_entry()
    {
        CaptureBytes capture = CaptureBytes.Little().Block(0x218, list => list.I64(7)
            .U32(4 + 8 + 8 + 1 + 2 + 1 + 5).I64(3).I64(99).U8(2).U16(1).Raw("/"u8.ToArray()).Raw(new byte[5])
            .U32(4 + 8 + 8 + 1 + 3).I64(4).I64(99).U8(77).Raw(new byte[3]));

        Recorded recorded = Read(capture);

        recorded.Report.DamageCount.ShouldBe(0);
        recorded.Report.Types.Single(type => type.Type == "descriptor list entry").Read.ShouldBe(2);
    }

    [Fact]
    public void Resolves_a_path_by_a_listed_descriptor()
    {
        const ushort openatExit = 307;
        CaptureBytes capture = CaptureBytes.Little().Process(7, "/bin/sh")
            .Block(0x203, list => list.I64(7).I64(3).I64(99).U8(2).Text("/srv/data"));
        capture.Event(openatExit, 7, 5, capture.Int(4), capture.Int(3), Str("../x"), capture.Int32(1), capture.Int32(0), capture.Int32(0));

        (EventBatch batch, FileRecord file, _) = Read(capture).Files().ShouldHaveSingleItem();

        (batch.String(file.Path), batch.String(file.RawPath)).ShouldBe(("/srv/x", "../x"));
    }

    [Fact]
    public void Counts_blocks_and_events_that_it_does_not_know()
    {
        CaptureBytes capture = CaptureBytes.Little().Block(0x999, body => body.I64(1)).Event(9000, 7, 1).Event(9001, 7, 2);

        RecordingReport report = Read(capture).Report;

        report.Complete.ShouldBeTrue();
        report.DamageCount.ShouldBe(0);
        report.Types.Where(type => type.Unmapped > 0).Select(type => type.Type).ShouldBe(["block 0x999", "event 9000 <", "event 9000 >"]);
    }

    [Fact]
    public void Gives_what_is_readable_before_a_cut_at_every_byte()
    {
        CaptureBytes capture = CaptureBytes.Little().Process(7, "/bin/sh");
        capture.Event(MkdirExit, 7, 5, capture.Int(0), Str("a"));
        long whole = capture.Length;
        capture.Event(MkdirExit, 7, 6, capture.Int(0), Str("b"));
        byte[] bytes = capture.ToArray();

        for (int length = (int)whole + 1; length < bytes.Length; length++)
        {
            Recorded cut = Recorded.Read(RecordingFormat.Scap, bytes[..length]);
            cut.Files().Count().ShouldBeInRange(1, 2);
            cut.Report.Complete.ShouldBeFalse();
            cut.Report.Damages.ShouldHaveSingleItem().Offset.ShouldBe(whole);
        }
    }

    [Fact]
    public void A_process_in_a_capture_without_events_is_not_mapped()
    {
        RecordingReport report = Read(CaptureBytes.Little().Process(7, "/bin/sh")).Report;

        report.Complete.ShouldBeTrue();
        report.Events.ShouldBe(0);
        report.Types.Single(type => type.Type == "process list entry").Unmapped.ShouldBe(1);
    }

    [Fact]
    public void Stops_where_a_block_contradicts_itself()
    {
        CaptureBytes capture = CaptureBytes.Little();
        long at = capture.Length;
        capture.Block(0x999, body => body.I64(1), trailer: 8);

        RecordingReport report = Read(capture.Event(CloseExit, 7, 1, capture.Int(0))).Report;

        report.Complete.ShouldBeFalse();
        report.Damages.ShouldHaveSingleItem().Offset.ShouldBe(at);
    }

    [Fact]
    public void Goes_on_behind_an_event_whose_parameters_do_not_fit()
    {
        CaptureBytes capture = CaptureBytes.Little().Block(0x216, body =>
            body.U16(0).I64(Start).I64(7).U32(26 + 4).U16(MkdirExit).U32(2).U16(60000).U16(60000));
        capture.Event(MkdirExit, 7, 6, capture.Int(0), Str("/b"));

        Recorded recorded = Read(capture);

        recorded.Files().ShouldHaveSingleItem();
        recorded.Report.DamageCount.ShouldBe(1);
        recorded.Report.Complete.ShouldBeTrue();
        recorded.Report.Types.Single(type => type.Type == "mkdir <").Broken.ShouldBe(1);
    }

    [Fact]
    public void Does_not_believe_an_endless_count()
    {
        CaptureBytes capture = CaptureBytes.Little()
            .Block(0x216, body => body.U16(0).I64(Start).I64(7).U32(26).U16(MkdirExit).U32(uint.MaxValue - 1))
            .Block(0x215, list => list.U32(uint.MaxValue).I64(1))
            .Block(0x216, body => body.U16(0).I64(Start).I64(7).U32(uint.MaxValue).U16(MkdirExit).U32(1));

        RecordingReport report = Read(capture).Report;

        report.Complete.ShouldBeTrue();
        report.DamageCount.ShouldBe(3);
    }

    [Fact]
    public void Passes_over_an_event_that_is_larger_than_it_may_be()
    {
        CaptureBytes capture = CaptureBytes.Little().LongEvent(324, 0, 1, new byte[5 * 1024 * 1024]);
        capture.Event(MkdirExit, 7, 6, capture.Int(0), Str("/b"));

        Recorded recorded = Read(capture);

        recorded.Files().ShouldHaveSingleItem();
        recorded.Report.Damages.ShouldHaveSingleItem().Reason.ShouldContain("more than");
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is text, and no capture at all")]
    public void Says_that_something_else_is_no_capture(string content)
    {
        RecordingReport report = Recorded.Read(RecordingFormat.Scap, System.Text.Encoding.UTF8.GetBytes(content)).Report;

        report.Complete.ShouldBeFalse();
        report.Damages.ShouldHaveSingleItem().Reason.ShouldContain("not a capture");
    }

    [Fact]
    public void Reports_damaged_compression()
    {
        byte[] packed = CaptureBytes.Little().Process(7, "/bin/sh").ToGzip();
        packed[^9] ^= 0xFF;
        packed[^12] ^= 0xFF;

        RecordingReport report = Recorded.Read(RecordingFormat.Scap, packed).Report;

        report.Complete.ShouldBeFalse();
        report.DamageCount.ShouldBe(1);
    }

    [Fact]
    public void Reads_captures_that_follow_each_other()
    {
        CaptureBytes capture = CaptureBytes.Little().Process(7, "/bin/sh").Event(CloseEnter, 7, 1).SectionHeader().MachineInfo("n1")
            .Process(7, "/bin/cat");

        Recorded recorded = Read(capture.Event(CloseEnter, 7, 2));

        recorded.Processes().Select(p => p.Batch.String(p.Task.ExePath)).ShouldBe(["/bin/sh", "/bin/cat"]);
    }

    private static Recorded Read(CaptureBytes capture) => Recorded.Read(RecordingFormat.Scap, capture.ToArray());

    private static void OldEntry(Fields list, int pid, int version)
    {
        list.I64(pid).I64(pid).I64(1);
        if (version >= 6) list.I64(0);
        if (version >= 8) list.I64(0);
        list.Text("sh").Text("/bin/sh");
        if (version >= 7) list.Text("/bin/dash");
        list.Text("-c\0").Text("/work").I64(1024).U32(0).U32(0).U32(0);
        if (version >= 2) list.U32(0).U32(0).U32(0).I64(0).I64(0);
        if (version >= 3) list.Text("A=1\0");
        if (version >= 4) list.I64(pid).I64(pid).Text("cpu=/\0");
        if (version >= 5) list.Text("/");
    }
}
