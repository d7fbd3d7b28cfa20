using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Importers.Tests.Scap;

/// <summary>Writes captures by hand, block for block, in either byte order.</summary>
internal sealed class CaptureBytes(bool bigEndian = false)
{
    public const long Start = 1_700_000_000_000_000_000;

    private readonly List<byte> _bytes = [];

    public static CaptureBytes Little() => new CaptureBytes().SectionHeader().MachineInfo("n1");

    public long Length => _bytes.Count;

    public byte[] ToArray() => _bytes.ToArray();

    public byte[] ToGzip()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(_bytes.ToArray());
        return packed.ToArray();
    }

    public CaptureBytes SectionHeader(ushort major = 1) =>
        Block(0x0A0D0D0A, body => body.U32(0x1A2B3C4D).U16(major).U16(2).I64(-1));

    public CaptureBytes MachineInfo(string host, long bootWallNs = 0) => Block(0x201, body =>
    {
        byte[] name = new byte[128];
        Encoding.UTF8.GetBytes(host, name);
        body.U32(2).I64(1 << 30).I64(0).Raw(name).I64(bootWallNs).I64(0).I64(0).I64(0);
    });

    public CaptureBytes Block(uint type, Action<Fields> write, uint? length = null, uint? trailer = null)
    {
        var body = new Fields(bigEndian);
        write(body);
        body.Pad();
        byte[] content = body.ToArray();
        uint total = length ?? (uint)content.Length + 12;
        Number(type);
        Number(total);
        _bytes.AddRange(content);
        Number(trailer ?? total);
        return this;
    }

    /// <summary>A process of the newest list, version 9.</summary>
    public CaptureBytes Process(long tid, string exe, string cgroup = "", long parent = 1) => Block(0x215, list =>
    {
        var entry = new Fields(bigEndian)
            .I64(tid).I64(tid).I64(parent).I64(0).I64(0).Text(Path.GetFileName(exe)).Text(exe).Text(exe).Text("-a\0-b\0").Text("/work")
            .I64(1024).U32(0).U32(1000).U32(100).U32(0).U32(0).U32(0).I64(0).I64(0).Text("SECRET=1\0").I64(tid).I64(tid)
            .Text(cgroup.Length == 0 ? "" : $"cpu={cgroup}\0").Text("/").I64(0).U32(0).U32(1000).U8(0).I64(0).I64(0x3F).I64(0x1F);
        byte[] content = entry.ToArray();
        list.U32((uint)content.Length + 4).Raw(content);
    });

    /// <summary>An event whose head says how many parameters it has, in a block of type 0x216.</summary>
    public CaptureBytes Event(ushort type, long tid, long afterNs, params byte[][] parameters) => Block(0x216, body =>
    {
        body.U16(1);
        Head(body, type, tid, afterNs, 26, parameters).U32((uint)parameters.Length);
        Parameters(body, parameters);
    });

    /// <summary>An event as old sensors wrote it, in a block of type 0x204.</summary>
    public CaptureBytes OldEvent(ushort type, long tid, long afterNs, params byte[][] parameters) => Block(0x204, body =>
    {
        body.U16(1);
        Head(body, type, tid, afterNs, 22, parameters);
        Parameters(body, parameters);
    });

    /// <summary>An event with flags and a parameter that may be long, in a block of type 0x222.</summary>
    public CaptureBytes LongEvent(ushort type, long tid, long afterNs, byte[] parameter) => Block(0x222, body =>
    {
        body.U16(1).U32(0).I64(Start + afterNs).I64(tid).U32((uint)(26 + 4 + parameter.Length)).U16(type).U32(1)
            .U32((uint)parameter.Length).Raw(parameter);
    });

    public byte[] Int(long value)
    {
        byte[] bytes = new byte[8];
        if (bigEndian) BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        else BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    public byte[] Int32(long value) => bigEndian ? Int(value)[4..] : Int(value)[..4];

    public static byte[] Str(string text) => Encoding.UTF8.GetBytes(text + "\0");

    private static Fields Head(Fields body, ushort type, long tid, long afterNs, int head, byte[][] parameters) =>
        body.I64(Start + afterNs).I64(tid).U32((uint)(head + parameters.Sum(p => p.Length + 2))).U16(type);

    private static void Parameters(Fields body, byte[][] parameters)
    {
        foreach (byte[] parameter in parameters) body.U16((ushort)parameter.Length);
        foreach (byte[] parameter in parameters) body.Raw(parameter);
    }

    private void Number(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (bigEndian) BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    /// <summary>Fields one behind the other.</summary>
    internal sealed class Fields(bool bigEndian)
    {
        private readonly List<byte> _bytes = [];

        public byte[] ToArray() => _bytes.ToArray();

        public Fields U8(byte value) => Raw([value]);

        public Fields U16(ushort value) => Raw(bigEndian ? [(byte)(value >> 8), (byte)value] : [(byte)value, (byte)(value >> 8)]);

        public Fields U32(uint value) =>
            bigEndian ? U16((ushort)(value >> 16)).U16((ushort)value) : U16((ushort)value).U16((ushort)(value >> 16));

        public Fields I64(long value) => bigEndian ? U32((uint)(value >> 32)).U32((uint)value) : U32((uint)value).U32((uint)(value >> 32));

        public Fields Text(string text) => U16((ushort)Encoding.UTF8.GetByteCount(text)).Raw(Encoding.UTF8.GetBytes(text));

        public Fields Raw(byte[] bytes)
        {
            _bytes.AddRange(bytes);
            return this;
        }

        public void Pad()
        {
            while (_bytes.Count % 4 != 0) _bytes.Add(0);
        }
    }
}
