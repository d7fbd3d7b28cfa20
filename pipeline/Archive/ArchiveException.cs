namespace Pipeline.Archive;

/// <summary>The archive cannot be read or written as asked; the message says exactly what is missing or broken, for people.</summary>
public sealed class ArchiveException : Exception
{
    public ArchiveException(string message)
        : base(message)
    {
    }

    public ArchiveException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
