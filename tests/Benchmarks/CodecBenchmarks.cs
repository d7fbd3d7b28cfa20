using System.Buffers;
using BenchmarkDotNet.Attributes;
using Pipeline.Domain.Events;
using Pipeline.Schemas;
using Testing;

namespace Benchmarks;

/// <summary>The node-events codec over a plausible batch; times are per event.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    public const int Events = 256;

    private readonly EventBatch _batch = Some.NodeActivity(seed: 1, Events);
    private readonly EventBatch _into = new();
    private readonly ArrayBufferWriter<byte> _output = new(256 * 1024);
    private byte[] _message = [];

    [GlobalSetup]
    public void WriteMessage()
    {
        NodeEventsCodec.Encode(_batch, _output);
        _message = _output.WrittenSpan.ToArray();
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int Encode()
    {
        _output.ResetWrittenCount();
        NodeEventsCodec.Encode(_batch, _output);
        return _output.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int Decode()
    {
        DecodeResult result = NodeEventsCodec.Decode(_message, _into, DecodeLimits.Default);
        return result.IsOk ? _into.Count : throw new InvalidDataException(result.ToString());
    }
}
