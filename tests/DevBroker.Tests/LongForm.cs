namespace DevBroker.Tests;

/// <summary>Whether the long forms of tests run (DEVBROKER_LONG=1): a million messages or inputs in place of some ten thousands.</summary>
internal static class LongForm
{
    public static readonly bool IsOn = Environment.GetEnvironmentVariable("DEVBROKER_LONG") == "1";
}
