using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.Fingerprints;

/// <summary>A digest and the event that told it.</summary>
public readonly record struct KnownDigest(Sha256Digest Digest, long Sequence);

/// <summary>
/// Digests that agents computed, by file content: an agent computes one when a file first runs, and whoever runs the same content again
/// meets it here. Over the bound the one told longest ago goes. Not thread-safe.
/// </summary>
public sealed class DigestBook
{
    /// <summary>
    /// A node runs some hundred different programs; this holds those of the nodes of a partition at about 200 bytes each.
    /// </summary>
    public const int MostDigests = 16_384;

    private readonly RecencyMap<FileContent, KnownDigest> _known = new(MostDigests);

    public void Set(in FileContent file, in Sha256Digest digest, EventId told) => _known.Set(file, new KnownDigest(digest, told.Sequence));

    public bool TryGet(in FileContent file, out KnownDigest known) => _known.TryGet(file, out known);

    public void Save(BinaryWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Write(_known.Count);
        foreach ((FileContent file, KnownDigest known) in _known.OldestFirst)
        {
            file.Save(state);
            known.Digest.Save(state);
            state.Write(known.Sequence);
        }
    }

    public void Load(BinaryReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _known.Clear();
        for (int left = state.ReadCount(MostDigests); left > 0; left--)
            _known.Set(FileContent.Load(state), new KnownDigest(Sha256Digest.Load(state), state.ReadInt64()));
    }
}
