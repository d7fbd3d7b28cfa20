using System.Buffers;
using System.Globalization;
using Pipeline.Domain.Events;
using Pipeline.Schemas;
using Pipeline.Schemas.Binary;
using Testing;

namespace Schemas.Tests;

/// <summary>
/// Whatever the bytes, decoding ends with a value, and what it allocates is bounded by their number. SCHEMAS_FUZZ_INPUTS and
/// SCHEMAS_FUZZ_SEED widen the search.
/// </summary>
public sealed class HostileInputTests
{
    private const int FramingLength = 10;
    private const int AllocationPerByte = 64;
    private const int AllocationAtLeast = 64 * 1024;

    private static readonly int Inputs = Setting("SCHEMAS_FUZZ_INPUTS", 100_000);
    private static readonly int Seed = Setting("SCHEMAS_FUZZ_SEED", 20260101);

    private static readonly byte[] Edges = [0x00, 0x01, 0x02, 0x03, 0x7E, 0x7F, 0x80, 0xFE, 0xFF];

    private static readonly byte[][] Lengths =
    [
        [0xFE, 0xFF, 0xFF, 0xFF, 0x0F],
        [0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
        [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
    ];

    private static readonly byte[] TaskBytes = new byte[27];

    private delegate DecodeResult Decoder(ReadOnlySpan<byte> message);

    private delegate void Write(ref AvroWriter writer);

    [Fact]
    public void Ends_with_a_value_for_any_mutation_of_a_message()
    {
        (byte[] Message, Decoder Decode)[] seeds =
        [
            (Samples.Encode(Samples.Batch()), DecodeBatch),
            .. Enumerable.Range(1, 20).Select(seed => (Samples.Encode(Some.Batch(seed, events: 6)), (Decoder)DecodeBatch)),
            (Samples.Encode(Samples.DeadLetter), DecodeLetter),
            .. Samples.Alarms.Select(alarm => (Samples.Encode(alarm), (Decoder)DecodeAlarm)),
        ];
        var random = new Random(Seed);
        int accepted = 0;

        for (int i = 0; i < Inputs; i++)
        {
            (byte[] message, Decoder decode) = seeds[random.Next(seeds.Length)];
            byte[] mutated = Mutate(random, message);
            if (Measure(mutated, decode, $"input {i} of seed {Seed}").IsOk) accepted++;
        }

        // The mutations must reach beyond the first length: some change a number only, some break the structure.
        accepted.ShouldBeInRange(Inputs / 100, Inputs * 9 / 10);
    }

    [Fact]
    public void Refuses_a_string_of_two_gigabytes_in_six_bytes()
    {
        byte[] message = Framed((ref writer) => writer.Raw([0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0x61]));

        Measure(message, DecodeBatch, "string of 2 GB").ShouldBe(new DecodeResult(DecodeFault.Truncated, 15, "length beyond the end"));
    }

    [Fact]
    public void Allocates_in_proportion_for_the_densest_messages()
    {
        Measure(Framed((ref writer) => Head(ref writer, tasks: 8192, TaskBytes, events: 0, [])), DecodeBatch, "tasks").IsOk.ShouldBeTrue();
        foreach ((string name, byte[] body) in DensestEvents())
        {
            byte[] densest = Framed((ref writer) => Head(ref writer, tasks: 0, [], events: 8192, body));
            Measure(densest, DecodeBatch, name).IsOk.ShouldBeTrue(name);
        }
    }

    /// <summary>
    /// The fewest bytes for each kind of event, and the most things in the fewest bytes inside a container's description.
    /// </summary>
    private static IEnumerable<(string, byte[])> DensestEvents()
    {
        byte[] Event(EventKind kind, params ReadOnlySpan<byte> body) => [0, 0, 1, (byte)((int)kind * 2), .. body];
        byte[] Spec(ReadOnlySpan<byte> labels, ReadOnlySpan<byte> mounts, ReadOnlySpan<byte> command) =>
        [
            0, 0, 0, 2, .. new byte[7], .. labels, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. mounts, 0, 0, 0, .. command, 0, 0, 0, 0, 0,
        ];

        yield return ("container", Event(EventKind.Container, new byte[9]));
        yield return ("process", Event(EventKind.Process, new byte[12]));
        yield return ("file", Event(EventKind.File, new byte[11]));
        yield return ("syscall", Event(EventKind.Syscall, new byte[19]));
        yield return ("mount", Event(EventKind.Mount, new byte[10]));
        yield return ("loss", Event(EventKind.Loss, new byte[5]));
        yield return ("heartbeat", Event(EventKind.Heartbeat, new byte[7]));
        yield return ("heartbeat with sources", Event(EventKind.Heartbeat, [.. new byte[6], 80, .. new byte[40 * 3], 0]));
        yield return ("spec", Event(EventKind.Container, Spec([0], [0], [0])));
        yield return ("spec with labels", Event(EventKind.Container, Spec([80, .. Enumerable.Range('0', 40).SelectMany(c => new byte[] { 2, (byte)c, 0 }), 0], [0], [0])));
        yield return ("spec with mounts", Event(EventKind.Container, Spec([0], [80, .. new byte[40 * 5], 0], [0])));
        yield return ("spec with command", Event(EventKind.Container, Spec([0], [0], [80, .. Enumerable.Repeat((byte[])[2, 0x61], 40).SelectMany(b => b), 0])));
    }

    private static void Head(ref AvroWriter writer, int tasks, byte[] task, int events, byte[] body)
    {
        writer.Raw(new byte[6]);
        writer.BeginItems(tasks);
        for (int i = 0; i < tasks; i++) writer.Raw(task);
        writer.EndItems();
        writer.BeginItems(events);
        for (int i = 0; i < events; i++) writer.Raw(body);
        writer.EndItems();
    }

    private static byte[] Framed(Write write)
    {
        var output = new ArrayBufferWriter<byte>();
        WireFormat.Write(NodeEventsCodec.Schema.Fingerprint, output);
        var writer = new AvroWriter(output);
        write(ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static DecodeResult Measure(byte[] message, Decoder decode, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        DecodeResult result = decode(message);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > (long)AllocationPerByte * message.Length + AllocationAtLeast)
            Assert.Fail($"{what}: {allocated} bytes allocated for {message.Length}, {result}");
        return result;
    }

    private static DecodeResult DecodeBatch(ReadOnlySpan<byte> message) => NodeEventsCodec.Decode(message, new EventBatch(), DecodeLimits.Default);

    private static DecodeResult DecodeLetter(ReadOnlySpan<byte> message) => DeadLetterCodec.Decode(message, DecodeLimits.Default, out _);

    private static DecodeResult DecodeAlarm(ReadOnlySpan<byte> message) => AlarmCodec.Decode(message, DecodeLimits.Default, out _);

    /// <summary>
    /// One to four changes behind the framing: a bit, an edge value, a cut, an insertion, a copied run, a length of many bytes.
    /// </summary>
    private static byte[] Mutate(Random random, byte[] message)
    {
        var bytes = new List<byte>(message);
        for (int changes = random.Next(1, 5); changes > 0 && bytes.Count > FramingLength + 1; changes--)
        {
            int at = random.Next(FramingLength, bytes.Count);
            switch (random.Next(7))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = Edges[random.Next(Edges.Length)]; break;
                case 2: bytes.RemoveRange(at, bytes.Count - at); break;
                case 3: bytes.Insert(at, Edges[random.Next(Edges.Length)]); break;
                case 4: bytes.RemoveAt(at); break;
                case 5: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 64), bytes.Count - at))); break;
                default: bytes.InsertRange(at, Lengths[random.Next(Lengths.Length)]); break;
            }
        }

        return [.. bytes];
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
