namespace Pipeline.Domain.Alarms;

/// <summary>
/// One thing an alarm found. <paramref name="Content"/> is the catalogue's exact payload string ("privileged:true"), so that a consumer can select on it;
/// <paramref name="Check"/> names the check, <paramref name="Basis"/> is "explicit", "inherited" or empty.
/// </summary>
public sealed record ContentItem(string Check, string Content, Severity Severity, string Basis);
