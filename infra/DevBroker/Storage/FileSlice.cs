using Microsoft.Win32.SafeHandles;

namespace DevBroker.Storage;

/// <summary>
/// A range of a segment file, with a hold on the open file: the range stays readable although its segment may be deleted or
/// replaced meanwhile.
/// </summary>
internal readonly record struct FileSlice(SafeFileHandle? File, long Position, int Length)
{
    public static readonly FileSlice Empty;

    /// <summary>Takes a hold on the file, which <see cref="Release"/> gives back; must be called exactly once per hold.</summary>
    public static FileSlice Hold(SafeFileHandle file, long position, int length)
    {
        bool held = false;
        file.DangerousAddRef(ref held);
        return new FileSlice(file, position, length);
    }

    public void Release() => File?.DangerousRelease();
}
