namespace Agents.Importers.Scap;

/// <summary>
/// Numbers of the blocks of a capture, and names for the report. The second number of some is the one that was used before the format was
/// published. Source: scap_savefile.h of falcosecurity/libs.
/// </summary>
internal static class BlockTypes
{
    public const uint SectionHeader = 0x0A0D0D0A;
    public const uint ByteOrder = 0x1A2B3C4D;
    public const uint ByteOrderSwapped = 0x4D3C2B1A;

    public static BlockKind KindOf(uint type) => type switch
    {
        SectionHeader => BlockKind.SectionHeader,
        0x201 or 0x8002ABCD => BlockKind.MachineInfo,
        0x205 or 0x8011ABCD or 0x219 => BlockKind.InterfaceList,
        0x206 or 0x8012ABCD or 0x220 => BlockKind.UserList,
        0x203 or 0x8001ABCD or 0x218 => BlockKind.DescriptorList,
        0x204 or 0x8010ABCD or 0x208 or 0x216 or 0x217 or 0x221 or 0x222 => BlockKind.Event,
        _ => ProcessListVersion(type) > 0 ? BlockKind.ProcessList : BlockKind.Other,
    };

    /// <summary>1 to 9; 0 for a block of another kind.</summary>
    public static int ProcessListVersion(uint type) => type switch
    {
        0x202 or 0x8000ABCD => 1,
        0x207 or 0x8013ABCD => 2,
        0x209 or 0x8014ABCD => 3,
        >= 0x210 and <= 0x215 => (int)(type - 0x210) + 4,
        _ => 0,
    };

    /// <summary>Whether each entry of a list begins with its length.</summary>
    public static bool HasEntryLengths(uint type) => type is 0x215 or 0x218;

    /// <summary>Whether an event has flags between processor and head.</summary>
    public static bool HasEventFlags(uint type) => type is 0x208 or 0x217 or 0x222;

    /// <summary>Whether an event's head says how many parameters there are.</summary>
    public static bool HasParameterCount(uint type) => type is 0x216 or 0x217 or 0x221 or 0x222;
}

internal enum BlockKind
{
    Other,
    SectionHeader,
    MachineInfo,
    InterfaceList,
    UserList,
    ProcessList,
    DescriptorList,
    Event,
}
