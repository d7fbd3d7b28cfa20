namespace Pipeline.Detection.Rules;

/// <summary>Rule ids as a person lists them.</summary>
public static class RuleIds
{
    /// <summary>"SC-03" is itself; "SC-01 to SC-10" is every rule of the catalogue from the first to the last.</summary>
    public static IEnumerable<string> Expand(string listed)
    {
        ArgumentNullException.ThrowIfNull(listed);
        string[] ends = listed.Split(" to ");
        return ends.Length == 1
            ? ends
            : Catalog.Rules.Select(rule => rule.Id).Where(id =>
                string.CompareOrdinal(id, ends[0]) >= 0 && string.CompareOrdinal(id, ends[1]) <= 0);
    }
}
