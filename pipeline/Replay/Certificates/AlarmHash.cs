using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Domain.Alarms;
using Pipeline.Schemas;

namespace Pipeline.Replay.Certificates;

/// <summary>
/// One hash over alarm events: of each node in their order, the nodes in the order of their names. Detectors say nothing of the order
/// between nodes, so that partitions, batches and threads leave no trace in it; within a node every event and its place counts.
/// </summary>
public static class AlarmHash
{
    /// <summary>SHA-256, hex.</summary>
    public static string Of(IEnumerable<DetectedEvent> events)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = new ArrayBufferWriter<byte>();
        Span<byte> length = stackalloc byte[4];
        IEnumerable<IGrouping<string, DetectedEvent>> nodes = events.GroupBy(EvidenceLedger.NodeOf);
        foreach (IGrouping<string, DetectedEvent> node in nodes.OrderBy(node => node.Key, StringComparer.Ordinal))
        {
            whole.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(node.Key)));
            foreach (DetectedEvent e in node)
            {
                bytes.ResetWrittenCount();
                AlarmCodec.Encode(e, bytes);
                BinaryPrimitives.WriteInt32BigEndian(length, bytes.WrittenCount);
                whole.AppendData(length);
                whole.AppendData(bytes.WrittenSpan);
            }
        }

        return Convert.ToHexStringLower(whole.GetHashAndReset());
    }
}
