using Pipeline.Domain.Alarms;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.Alarms;

/// <summary>The fields at the end of an alarm event, which only an action fills. They came with version 2.</summary>
internal static class AlarmActionCodec
{
    public static void Write(ref AvroWriter writer, AlarmActionTaken? action)
    {
        writer.String(action?.RequestId.ToString() ?? "");
        writer.String(action?.Action.ToString() ?? "");
        writer.String(action?.State.ToString() ?? "");
        writer.Boolean(action?.Acknowledged ?? false);
        writer.String(action?.Actor ?? "");
        writer.String(action?.Origin ?? "");
        writer.String(action?.Reason ?? "");
        writer.String(action?.Assignee ?? "");
        writer.String(action?.Verdict?.ToString() ?? "");
        writer.String(action?.Exclusion?.ToString() ?? "");
        writer.String(action?.Comment?.ToString() ?? "");
    }

    /// <returns>Null where the event is no action, and after a fault.</returns>
    public static AlarmActionTaken? Read(ref AvroReader reader, Guid alarmId, DateTimeOffset at, bool isAction)
    {
        var action = new AlarmActionTaken
        {
            AlarmId = alarmId,
            At = at,
            RequestId = ReadGuid(ref reader, mayBeEmpty: !isAction) ?? default,
            Action = AlarmPartsCodec.ReadName<AlarmAction>(ref reader, mayBeEmpty: !isAction),
            State = AlarmPartsCodec.ReadName<AlarmState>(ref reader, mayBeEmpty: !isAction),
            Acknowledged = reader.Boolean(),
            Actor = reader.String(),
            Origin = reader.String(),
            Reason = reader.String(),
            Assignee = reader.String(),
            Verdict = ReadVerdict(ref reader),
            Exclusion = ReadGuid(ref reader, mayBeEmpty: true),
            Comment = ReadGuid(ref reader, mayBeEmpty: true),
        };
        return isAction && !reader.Failed ? action : null;
    }

    private static Verdict? ReadVerdict(ref AvroReader reader)
    {
        string name = reader.String();
        if (name.Length == 0) return null;
        if (Enum.TryParse(name, out Verdict verdict) && Enum.GetName(verdict) == name) return verdict;
        reader.Fail(DecodeFault.BadBranch, $"not a name of {nameof(Verdict)}");
        return null;
    }

    private static Guid? ReadGuid(ref AvroReader reader, bool mayBeEmpty)
    {
        string text = reader.String();
        if (text.Length == 0 && mayBeEmpty) return null;
        if (Guid.TryParseExact(text, "D", out Guid id)) return id;
        reader.Fail(DecodeFault.BadText, "not a UUID");
        return null;
    }
}
