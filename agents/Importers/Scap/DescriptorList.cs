namespace Agents.Importers.Scap;

/// <summary>The block that lists the open descriptors of one process.</summary>
internal sealed class DescriptorList(BlockReader block, ThreadTable threads, RecordingReport report)
{
    private bool _hasLengths;
    private ThreadState? _thread;

    /// <summary>After <see cref="BlockReader.Begin"/>.</summary>
    public void Begin(uint blockType)
    {
        _hasLengths = BlockTypes.HasEntryLengths(blockType);
        _thread = threads.Find(block.Int64());
    }

    public ListStep ReadEntry()
    {
        if (block.Failed) return ListStep.Broken;
        if (block.Left < 4) return ListStep.End;
        if (_hasLengths) block.Enter(block.UInt32() - 4L);
        long descriptor = block.Int64();
        block.Skip(8); // inode
        int type = block.Byte();
        (DescriptorKind kind, byte[] path) = Read(type, out bool understood);
        if (!understood && !_hasLengths) return ListStep.Broken;
        if (_hasLengths) block.Leave();
        if (block.Failed) return ListStep.Broken;
        _thread?.Descriptors.Set(descriptor, kind, path);
        report.Count("descriptor list entry", _thread is null ? Outcome.Unmapped : Outcome.State);
        return ListStep.Entry;
    }

    /// <summary>Numbers of the kinds: scap_fd_type of falcosecurity/libs.</summary>
    private (DescriptorKind Kind, byte[] Path) Read(int type, out bool understood)
    {
        understood = true;
        switch (type)
        {
            case 3: block.Skip(13); return (DescriptorKind.Socket, []); // IPv4, connected
            case 4: block.Skip(37); return (DescriptorKind.Socket, []); // IPv6, connected
            case 5: block.Skip(7); return (DescriptorKind.Socket, []); // IPv4, listening
            case 6: block.Skip(19); return (DescriptorKind.Socket, []); // IPv6, listening
            case 7:
                block.Text();
                return (DescriptorKind.Pipe, []);
            case 8: // unix
                block.Skip(16);
                block.Text();
                return (DescriptorKind.Socket, []);
            case 16: // file with flags; its device follows where the entry is long enough
                block.Skip(4);
                return (DescriptorKind.File, block.Text());
            case 1 or 2: return (DescriptorKind.File, block.Text());
            case 0: return (DescriptorKind.None, []);
            case >= 9 and <= 21:
                block.Text();
                return (DescriptorKind.None, []);
            default:
                understood = false;
                return (DescriptorKind.None, []);
        }
    }
}
