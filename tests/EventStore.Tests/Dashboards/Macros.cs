using System.Globalization;
using System.Text.RegularExpressions;

namespace EventStore.Tests.Dashboards;

/// <summary>
/// Expands a query as Grafana does before it sends it: variables, then globals, then macros (its macros.go and sql_engine.go), whose arguments
/// hold no parentheses. What it does not know it refuses.
/// </summary>
internal sealed partial class Macros(DateTimeOffset from, DateTimeOffset to, IReadOnlyDictionary<string, string[]> variables)
{
    private const int Points = 500;

    public string Expand(string sql)
    {
        foreach ((string name, string[] values) in variables)
        {
            string written = string.Join(',', values.Select(value => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'"));
            sql = sql.Replace($"${{{name}}}", written, StringComparison.Ordinal);
            sql = Regex.Replace(sql, $@"\${name}\b", written.Replace("$", "$$", StringComparison.Ordinal));
        }

        int minutes = Math.Max(1, (int)Math.Ceiling((to - from).TotalMinutes / Points));
        sql = sql.Replace("$__interval_ms", (minutes * 60_000).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("$__interval", $"{minutes}m", StringComparison.Ordinal);
        return Macro().Replace(sql, match => Expanded(match.Groups[1].Value, match.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries)));
    }

    private string Expanded(string name, string[] arguments) => name switch
    {
        "__time" => $"{arguments[0]} AS \"time\"",
        "__timeFilter" => $"{arguments[0]} BETWEEN '{Written(from)}' AND '{Written(to)}'",
        "__timeFrom" => $"'{Written(from)}'",
        "__timeTo" => $"'{Written(to)}'",
        "__timeGroup" => Grouped(arguments),
        "__timeGroupAlias" => $"{Grouped(arguments)} AS \"time\"",
        _ => throw new FormatException($"Grafana knows no macro ${name}"),
    };

    private static string Grouped(string[] arguments)
    {
        int seconds = 60 * int.Parse(arguments[1].TrimEnd('m'), CultureInfo.InvariantCulture);
        return $"floor(extract(epoch from {arguments[0]})/{seconds})*{seconds}";
    }

    private static string Written(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\$([_a-zA-Z0-9]+)\(([^\)]*)\)")]
    private static partial Regex Macro();
}
