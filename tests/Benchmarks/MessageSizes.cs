using System.Buffers;
using System.Globalization;
using K4os.Compression.LZ4;
using Pipeline.Schemas;
using Testing;

namespace Benchmarks;

/// <summary>Bytes per event of plausible messages, plain and compressed as a whole as Kafka does it.</summary>
internal static class MessageSizes
{
    private const int Messages = 50;

    public static void Print(TextWriter output)
    {
        output.WriteLine("| events a message | bytes an event | lz4 | zstd-3 |");
        output.WriteLine("|---|---|---|---|");
        foreach (int events in new[] { 1, 16, 64, 256 })
        {
            long plain = 0, lz4 = 0, zstd = 0;
            using var compressor = new ZstdSharp.Compressor(level: 3);
            for (int seed = 0; seed < Messages; seed++)
            {
                var message = new ArrayBufferWriter<byte>();
                NodeEventsCodec.Encode(Some.NodeActivity(seed, events), message);
                plain += message.WrittenCount;
                lz4 += LZ4Codec.Encode(message.WrittenSpan, new byte[LZ4Codec.MaximumOutputSize(message.WrittenCount)]);
                zstd += compressor.Wrap(message.WrittenSpan).Length;
            }

            double count = (double)events * Messages;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {events} | {plain / count:F1} | {lz4 / count:F1} | {zstd / count:F1} |"));
        }
    }
}
