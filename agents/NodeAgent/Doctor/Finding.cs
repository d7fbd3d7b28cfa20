namespace Agents.NodeAgent.Doctor;

internal enum Verdict
{
    Ok = 0,
    Warn = 1,
    Fail = 2,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Found">What is there.</param>
/// <param name="Advice">What to do; empty when all is well.</param>
/// <param name="Blind">What is not seen meanwhile; empty when nothing is missed.</param>
internal sealed record Finding(string Check, Verdict Verdict, string Found, string Advice = "", string Blind = "");
