namespace Agents.NodeAgent.Sequencing;

/// <summary>
/// Replaces and removes small files so that a crash at any instant leaves the old content or the new, and a success is on the disk.
/// </summary>
internal static class DurableFile
{
    /// <summary>Null when the new content is durable; otherwise why not, and the old content may be there still.</summary>
    public static string? Replace(string path, ReadOnlySpan<byte> content)
    {
        string draft = path + ".new";
        try
        {
            using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(content);
                if (LinuxCalls.Sync(file.SafeFileHandle) is { } fault) return fault;
            }

            File.Move(draft, path, overwrite: true);
            return LinuxCalls.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    /// <summary>Null when the file is gone for good.</summary>
    public static string? Remove(string path)
    {
        try
        {
            File.Delete(path);
            return LinuxCalls.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }
}
