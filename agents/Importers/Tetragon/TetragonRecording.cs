namespace Agents.Importers.Tetragon;
internal sealed class TetragonRecording(Stream content, RecordingOptions options) : Recording(RecordingFormat.Tetragon, options)
{
    private readonly Stream _c = content;
    private protected override bool Step() => _c.ReadByte() > 0;
}
