using System.Text;

namespace Agents.Importers.Scap;

/// <summary>
/// A capture of sysdig or Falco: blocks of tables (machine, processes, descriptors), then one block for each event. Processes that the
/// tables list are announced as existing at the time of the first event, since the tables have no time of their own.
/// </summary>
internal sealed class ScapRecording : Recording
{
    private const int MachineInfoBytes = 20 + HostNameBytes + 8;
    private const int HostNameBytes = 128;

    private readonly ScapInput _input;
    private readonly BlockReader _block;
    private readonly EventBlock _event;
    private readonly ThreadTable _threads;
    private readonly Queue<ThreadState> _toAnnounce = new();
    private readonly ProcessList _processes;
    private readonly DescriptorList _descriptors;
    private readonly ScapMapping _mapping;
    private BlockKind _inside = BlockKind.Other;
    private uint _type;
    private uint _length;
    private long _blockAt;
    private bool _sectionSeen;
    private bool _eventWaits;
    private bool _stopped;

    public ScapRecording(Stream content, RecordingOptions options)
        : base(RecordingFormat.Scap, options)
    {
        _input = new ScapInput(content);
        _block = new BlockReader(_input);
        _event = new EventBlock(_input);
        _threads = new ThreadTable(Report);
        var containers = new ContainerNames();
        _processes = new ProcessList(_block, _threads, _toAnnounce, containers, Report);
        _descriptors = new DescriptorList(_block, _threads, Report);
        _mapping = new ScapMapping(Writer, _threads, containers, Report);
        Writer.Architecture = "x86_64";
    }

    public override void Dispose()
    {
        _input.Dispose();
        base.Dispose();
    }

    private protected override bool Step()
    {
        bool more = _inside switch
        {
            BlockKind.ProcessList => Listed(_processes.ReadEntry()),
            BlockKind.DescriptorList => Listed(_descriptors.ReadEntry()),
            _ when _eventWaits => Event(),
            _ when _stopped => false,
            _ => NextBlock(),
        };
        Report.Bytes = _input.Offset;
        return more;
    }

    private bool NextBlock()
    {
        _blockAt = _input.Offset;
        if (_input.AtEnd) return End();
        if (!_input.TryRead(out _type) || !_input.TryRead(out _length)) return Stop("the file ends within a block's head");
        BlockKind kind = BlockTypes.KindOf(_type);
        if (kind == BlockKind.SectionHeader) return SectionHeader();
        if (!_sectionSeen) return Stop("this is not a capture: it does not begin with a section header");
        if (_length < 12) return Stop($"a block says that it is {_length} bytes long");
        long body = _length - 12L;
        _block.Begin(body);
        switch (kind)
        {
            case BlockKind.ProcessList:
                _processes.Begin(_type);
                _inside = kind;
                return true;
            case BlockKind.DescriptorList:
                _descriptors.Begin(_type);
                _inside = kind;
                return true;
            case BlockKind.Event:
                return ReadEvent(body);
            case BlockKind.MachineInfo:
                MachineInfo();
                return Finish();
            default:
                Report.Count(kind switch
                {
                    BlockKind.UserList => "user list",
                    BlockKind.InterfaceList => "interface list",
                    _ => $"block 0x{_type:x}",
                }, Outcome.Unmapped);
                return Finish();
        }
    }

    /// <summary>
    /// The byte order is only known behind the length, so the length is read again in it. Captures can follow each other in one file.
    /// </summary>
    private bool SectionHeader()
    {
        if (!_input.TryRead(out uint order)) return Stop("the file ends within its section header");
        if (order == BlockTypes.ByteOrderSwapped)
        {
            _input.BigEndian = !_input.BigEndian;
            _length = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(_length);
        }
        else if (order != BlockTypes.ByteOrder)
        {
            return Stop("this is not a capture: the mark of its byte order is wrong");
        }

        if (_length is < 28 or > 4096) return Stop($"the section header says that it is {_length} bytes long");
        _block.Begin(_length - 16);
        int version = _block.UInt16();
        if (_block.Failed) return Stop("the file ends within its section header");
        if (version > 1) return Stop($"version {version} of the format is not known");
        _threads.Clear();
        ForgetListed();
        _sectionSeen = true;
        Report.Count("section header", Outcome.State);
        return Finish();
    }

    private void MachineInfo()
    {
        if (_block.Left < MachineInfoBytes)
        {
            Broken("machine info", "the machine info is too short");
            return;
        }

        _block.Skip(20);
        Span<byte> name = stackalloc byte[HostNameBytes];
        for (int i = 0; i < name.Length; i++) name[i] = _block.Byte();
        long bootWallNs = _block.Int64();
        if (_block.Failed)
        {
            Broken("machine info", "the file ends within the machine info");
            return;
        }

        int end = name.IndexOf((byte)0);
        Report.Count("machine info", Outcome.State);
        if (Writer.Batch.Count == 0) Writer.TrySetNode(Encoding.UTF8.GetString(end < 0 ? name : name[..end]));
        if (bootWallNs > 0 && Report.Events == 0) Writer.BootWallNs = bootWallNs;
    }

    /// <summary>Whether the list goes on; where it is broken, its block is passed over.</summary>
    private bool Listed(ListStep step)
    {
        if (step == ListStep.Entry) return true;
        if (step == ListStep.Broken)
        {
            string type = _inside == BlockKind.ProcessList ? ProcessList.Title : "descriptor list entry";
            Broken(type, "an entry does not fit into its block");
        }

        _inside = BlockKind.Other;
        return Finish();
    }

    private bool ReadEvent(long body)
    {
        switch (_event.Read(_type, body))
        {
            case EventBlock.Reading.Ok:
                _eventWaits = true;
                return Finish();
            case EventBlock.Reading.Ended:
                return Stop("the file ends within an event");
            default:
                Broken("event that cannot be read", _event.Fault);
                return Finish();
        }
    }

    /// <summary>An event that has been read; first, what has been there before it.</summary>
    private bool Event()
    {
        if (_toAnnounce.TryDequeue(out ThreadState? listed))
        {
            _mapping.Announce(listed, _event.WallNs);
            Report.Count(ProcessList.Title, Outcome.Mapped);
            return true;
        }

        _eventWaits = false;
        if (!_event.TryParse(out ScapEvent parsed))
        {
            Broken(_event.Shape.Title, "the lengths of an event's parameters do not add up");
            return true;
        }

        Report.Count(_mapping.TitleOf(parsed), _mapping.Map(parsed, _event.Cpu));
        return true;
    }

    /// <summary>Goes to the block's end and reads its length once more, as it is written behind it.</summary>
    private bool Finish()
    {
        if (!_block.Finish() || !_input.TryRead(out uint trailer)) return Stop("the file ends within a block");
        return trailer == _length || Stop($"a block's length is {_length} before it and {trailer} behind it");
    }

    private bool End()
    {
        if (_input.Fault is not null) return Stop(_input.Fault);
        if (!_sectionSeen) return Stop("this is not a capture: it is empty");
        ForgetListed();
        Report.Complete = true;
        return false;
    }

    private bool Stop(string reason)
    {
        Report.Damaged(_blockAt, _input.Fault ?? reason);
        _stopped = true;
        _inside = BlockKind.Other;
        if (!_eventWaits) ForgetListed();
        return _eventWaits;
    }

    /// <summary>Processes that were listed and have no event behind them have no time.</summary>
    private void ForgetListed()
    {
        while (_toAnnounce.TryDequeue(out _)) Report.Count(ProcessList.Title, Outcome.Unmapped);
    }

    private void Broken(string type, string reason)
    {
        Report.Count(type, Outcome.Broken);
        Report.Damaged(_blockAt, reason);
    }
}

/// <summary>What reading the next entry of a list came to.</summary>
internal enum ListStep
{
    Entry,
    End,
    Broken,
}
