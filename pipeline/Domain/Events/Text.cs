namespace Pipeline.Domain.Events;

/// <summary>
/// A string of a batch, as a slice of the batch's own buffer. The bytes are UTF-8 by contract but come from containers: they may be invalid and are kept
/// as they are. Read them with <see cref="EventBatch.Utf8"/> or, for people, <see cref="EventBatch.String"/>.
/// </summary>
public readonly record struct Text(int Offset, int Length)
{
    public bool IsEmpty => Length == 0;
}
