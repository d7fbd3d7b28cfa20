namespace Agents.Importers.Auditd;
internal sealed class AuditdRecording(Stream content, RecordingOptions options) : Recording(RecordingFormat.Auditd, options)
{
    private readonly Stream _c = content;
    private protected override bool Step() => _c.ReadByte() > 0;
}
