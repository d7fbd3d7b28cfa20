using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Hashing;

/// <summary>The digest of an executable, as an event.</summary>
internal sealed record HashedFile(ReadOnlyMemory<byte> Path, FileReference File, byte[] Sha256) : IComposedEvent
{
    private const int FixedWeight = 128;

    public int Weight => FixedWeight + Path.Length;

    public void AddTo(EventBatch batch, long bootNs) => batch.AddFile(bootNs, cpu: 0, EventRecord.NoTask, new FileRecord
    {
        Operation = FileOperation.Hashed,
        Path = batch.AddText(Path.Span),
        File = File,
        Count = 1,
        Sha256 = batch.AddText(Sha256),
    });
}
