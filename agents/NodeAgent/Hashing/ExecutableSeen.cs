using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Hashing;

/// <summary>An executable that a process runs.</summary>
/// <param name="Tgid">A process that runs it; the file is reached through it.</param>
/// <param name="Path">Its path from the root of that process, as bytes.</param>
/// <param name="File">Which file it is; device and inode must be known.</param>
/// <param name="Announce">Publish the digest also when it is known and was published before.</param>
internal readonly record struct ExecutableSeen(int Tgid, ReadOnlyMemory<byte> Path, FileReference File, bool Announce);

/// <summary>Where sources tell of executables. Safe from any thread; never waits: what finds no room is counted and not hashed.</summary>
internal interface IExecutableSink
{
    void Seen(in ExecutableSeen executable);
}
