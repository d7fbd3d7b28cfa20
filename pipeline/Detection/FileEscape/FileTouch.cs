using Pipeline.Detection.Files;
using Pipeline.Domain.Events;

namespace Pipeline.Detection.FileEscape;

/// <summary>One path that an event names, and what was done to it.</summary>
/// <param name="Operation">The event's word for it, for people.</param>
/// <param name="Result">0 or more, or -errno.</param>
internal readonly record struct FileTouch(FileAction Action, string Operation, FileReference File, Text Path, long Flags, long Result);
