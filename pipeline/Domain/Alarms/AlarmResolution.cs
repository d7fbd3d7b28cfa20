namespace Pipeline.Domain.Alarms;

/// <summary>How an alarm was resolved.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who did it.</param>
/// <param name="Reason">Why; empty where nobody said.</param>
/// <param name="Verdict">Of a closed one.</param>
/// <param name="Exclusion">Of a whitelisted one: what hides it.</param>
public sealed record AlarmResolution(DateTimeOffset At, string By, string Reason, Verdict? Verdict, Guid? Exclusion);
