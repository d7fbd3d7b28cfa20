using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Agents.NodeAgent.Engines;

/// <summary>Reads answers that may be of any size without keeping more of them than was agreed.</summary>
internal static class BoundedReading
{
    /// <summary>The whole stream; null when it is longer than <paramref name="most"/> bytes.</summary>
    public static async Task<byte[]?> ToEndAsync(Stream stream, int most, CancellationToken cancellation)
    {
        using var whole = new MemoryStream();
        byte[] part = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            int read;
            while ((read = await stream.ReadAsync(part, cancellation)) > 0)
            {
                if (whole.Length + read > most) return null;
                whole.Write(part, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }

        return whole.ToArray();
    }

    /// <summary>The lines of the stream, each complete; null in place of one that is longer than <paramref name="most"/> bytes.</summary>
    public static async IAsyncEnumerable<byte[]?> LinesAsync(Stream stream, int most,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        PipeReader reader = PipeReader.Create(stream);
        bool skipping = false;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancellation);
            ReadOnlySequence<byte> rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                ReadOnlySequence<byte> line = rest.Slice(0, end);
                rest = rest.Slice(rest.GetPosition(1, end));
                if (skipping || line.Length > most) yield return null;
                else if (!line.IsEmpty) yield return line.ToArray();
                skipping = false;
            }

            skipping |= rest.Length > most;
            if (skipping) rest = rest.Slice(rest.End);
            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted) yield break;
        }
    }
}
