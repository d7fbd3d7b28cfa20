namespace Pipeline.Domain.Kernel;

/// <summary>
/// Where a detector says why it decides as it does. Nobody asks while the pipeline runs: detectors write
/// <c>findings.Reasons?.Weigh(...)</c>, which costs a test for null and builds no text.
/// </summary>
public interface IReasons
{
    /// <summary>One condition of a rule was looked at, in the order in which the rule looks.</summary>
    /// <param name="ruleId">The rule ("VE-09").</param>
    /// <param name="condition">What has to hold, in words ("result is 0 or more", "not in the escape whitelist").</param>
    /// <param name="value">What was found ("-1", "entry 3: image nfs-ganesha").</param>
    /// <param name="holds">Whether it holds. The first that does not is why the rule stays silent.</param>
    void Weigh(string ruleId, string condition, string value, bool holds);
}
