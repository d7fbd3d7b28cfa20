using System.Text;
using Agents.Importers;
using Importers.Tests.Scap;
using Pipeline.Domain.Identity;

namespace Importers.Tests;

/// <summary>Hostile recordings: whatever the bytes are, reading ends, throws nothing and takes little memory.</summary>
public sealed class FuzzTests
{
    private const int Mutations = 5_000;
    private const long MostBytes = 48L * 1024 * 1024;

    [Fact]
    public void No_mutation_of_a_capture_breaks_the_reader() => Fuzz(RecordingFormat.Scap, Capture(), seed: 1);

    [Fact]
    public void No_mutation_of_a_capture_in_the_other_byte_order_breaks_the_reader() =>
        Fuzz(RecordingFormat.Scap, Capture(bigEndian: true), seed: 2);

    [Fact]
    public void No_mutation_of_Tetragons_JSON_breaks_the_reader() => Fuzz(RecordingFormat.Tetragon, Encoding.UTF8.GetBytes("""
        {"process_exec":{"process":{"pid":7,"binary":"/bin/sh","arguments":"-c \"a b\" \ud800",
         "start_time":"2024-01-02T03:04:05.123456789Z",
         "ns":{"mnt":{"inum":1}},
         "pod":{"namespace":"a","container":{"id":"docker://0123456789abcdef","image":{"id":"r@sha256:0"}},"pod_labels":{"\ud800":"x"}}},
         "parent":{"pid":1}},"node_name":"n","time":"2024-01-02T03:04:05Z"}
        {"process_kprobe":{"process":{"pid":7},"function_name":"__x64_sys_mount","args":[{"string_arg":"a"},{"int_arg":3}],
         "return":{"int_arg":0}},"time":"2024-01-02T03:04:05Z"}
        {"process_connect":{"process":{"pid":7},"destination_ip":"::1","destination_port":80},"time":"2024-01-02T03:04:05Z"}
        {"process_exit":{"process":{"pid":7},"signal":"SIGKILL"},"node_name":"m","time":"2024-01-02T03:04:05Z"}
        """), seed: 3);

    [Fact]
    public void No_mutation_of_an_audit_log_breaks_the_reader() => Fuzz(RecordingFormat.Auditd, Encoding.UTF8.GetBytes("""
        node=a type=SYSCALL msg=audit(1490995752.404:1): arch=c000003e syscall=59 exit=0 a0=1 a1=2 ppid=1 pid=2 uid=0 comm="x" exe=2F78
        type=EXECVE msg=audit(1490995752.404:1): argc=3 a0="x" a1[0]=61 a1[1]=62 a2="c"
        type=PATH msg=audit(1490995752.404:1): item=0 name="/x" inode=1 dev=08:01 mode=0100755 nametype=NORMAL
        type=SYSCALL msg=audit(1490995752.405:2): arch=40000003 syscall=38 exit=0 a0=1 ppid=1 pid=2
        type=PATH msg=audit(1490995752.405:2): item=0 name=2F61 nametype=DELETE
        type=EOE msg=audit(1490995752.405:2):
        """), seed: 4);

    private static byte[] Capture(bool bigEndian = false)
    {
        const string id = "4bf0a9ec1d3f4a5b6c7d8e9f00112233445566778899aabbccddeeff00112233";
        CaptureBytes capture = new CaptureBytes(bigEndian).SectionHeader().MachineInfo("n1").Process(7, "/bin/sh", "/docker/" + id)
            .Block(0x218, list => list.I64(7).U32(4 + 8 + 8 + 1 + 2 + 1).I64(3).I64(99).U8(2).Text("/"))
            .Block(0x203, list => list.I64(7).I64(4).I64(99).U8(3).Raw(new byte[13]));
        byte[] zero = capture.Int(0);
        return capture
            .Event(306, 7, 1, capture.Int(3), CaptureBytes.Str("a"), capture.Int32(1), capture.Int32(0))
            .Event(307, 7, 2, capture.Int(5), capture.Int(3), CaptureBytes.Str("../a"), capture.Int32(1), capture.Int32(0),
                capture.Int32(0))
            .OldEvent(277, 7, 3, zero, CaptureBytes.Str("d"))
            .Event(22, 7, 4, capture.Int(5)).Event(23, 7, 5, zero, [2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
            .Event(222, 7, 6).Event(223, 7, 7, capture.Int(8), CaptureBytes.Str("sh"))
            .Event(292, 7, 8, CaptureBytes.Str("/x")).Event(293, 7, 9, zero, CaptureBytes.Str("/x"), CaptureBytes.Str("-a"))
            .Event(272, 0, 10, CaptureBytes.Str("""{"container":{"id":"4bf0a9ec1d3f","privileged":true,"labels":{"\ud800":"\udfff"}}}"""))
            .LongEvent(324, 0, 11, CaptureBytes.Str("""{"container":{"id":"4bf0a9ec1d3f"}}"""))
            .Event(186, 7, 12, zero)
            .ToArray();
    }

    private static void Fuzz(RecordingFormat format, byte[] seedBytes, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < Mutations; i++)
        {
            byte[] mutated = Mutate(seedBytes, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            using Recording recording = Recording
                .Open(format, new MemoryStream(mutated), new RecordingOptions { Identity = "fuzz", Node = new NodeId("n") });
            long events = recording.Batches(8).Sum(batch => (long)batch.Count);
            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            taken.ShouldBeLessThan(MostBytes, $"mutation {i} of seed {seed}");
            recording.Report.Events.ShouldBe(events);
            recording.Report.Types.ShouldAllBe(type => type.Read == type.Mapped + type.State + type.Unmapped + type.Broken);
        }
    }

    /// <summary>A few bytes changed, a piece doubled, taken out or cut off, a number made extreme.</summary>
    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            int at = random.Next(bytes.Count), length = random.Next(1, Math.Min(64, bytes.Count - at) + 1);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 3: if (bytes.Count > length + 1) bytes.RemoveRange(at, length); break;
                case 4:
                    for (int i = at; i < Math.Min(at + 4, bytes.Count); i++) bytes[i] = random.Next(2) == 0
                    ? (byte)0xFF
                    : (byte)0; break;
                default: if (random.Next(8) == 0) bytes.RemoveRange(at, bytes.Count - at - 1); break;
            }
        }

        return [.. bytes];
    }
}
