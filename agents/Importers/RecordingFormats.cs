namespace Agents.Importers;

/// <summary>Tells recordings by how they begin.</summary>
public static class RecordingFormats
{
    /// <summary>Bytes of the beginning that are looked at.</summary>
    public const int Beginning = 4096;

    /// <param name="beginning">The first bytes, as many as there are up to <see cref="Beginning"/>.</param>
    /// <returns>Null when it is none of those that can be read.</returns>
    public static RecordingFormat? Detect(ReadOnlySpan<byte> beginning)
    {
        if (beginning.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) || beginning.StartsWith((ReadOnlySpan<byte>)[0x0A, 0x0D, 0x0D, 0x0A]))
            return RecordingFormat.Scap;
        if (beginning.TrimStart(" \t\r\n"u8).StartsWith("{"u8)) return RecordingFormat.Tetragon;
        return beginning.IndexOf("type="u8) >= 0 && beginning.IndexOf("msg=audit("u8) >= 0 ? RecordingFormat.Auditd : null;
    }
}
