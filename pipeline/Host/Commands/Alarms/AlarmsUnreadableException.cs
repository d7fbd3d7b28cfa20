namespace Pipeline.Host.Commands.Alarms;

/// <summary>The API did not give what was asked for; the message is for the user.</summary>
internal sealed class AlarmsUnreadableException(string message, Exception? cause = null) : Exception(message, cause);
