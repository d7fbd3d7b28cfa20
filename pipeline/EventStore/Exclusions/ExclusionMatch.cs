using System.Collections.Immutable;
using System.Text;
using Npgsql;
using Pipeline.Domain.Exclusions;

namespace Pipeline.EventStore.Exclusions;

/// <summary>
/// Conditions as SQL over <c>read.alarms a</c>: the one place that knows what they mean, asked for new alarms, for open ones and for previews
/// alike. Every value is a parameter.
/// </summary>
internal static class ExclusionMatch
{
    public static string Write(NpgsqlParameterCollection parameters, ImmutableArray<ExclusionCondition> conditions) =>
        string.Join(" and ", conditions.Select(condition => Write(parameters, condition)));

    private static string Write(NpgsqlParameterCollection parameters, ExclusionCondition condition)
    {
        string value = Parameter(parameters, condition);
        if (condition.Field == ExclusionField.Content)
        {
            string any = $"exists (select from unnest(a.content) as item where {Compare("item", condition.Operator, value)})";
            return condition.IsNegative ? $"not {any}" : any;
        }

        string holds = Compare($"a.{Column(condition.Field)}", condition.Operator, value);
        return condition.IsNegative ? $"not ({holds})" : holds;
    }

    /// <summary>The comparison itself; its negation is the caller's.</summary>
    private static string Compare(string text, ExclusionOperator how, string value) => how switch
    {
        ExclusionOperator.Equal or ExclusionOperator.NotEqual => $"{text} = {value}",
        ExclusionOperator.Contain or ExclusionOperator.NotContain => $"position({value} in {text}) > 0",
        ExclusionOperator.Prefix or ExclusionOperator.NotPrefix => $"starts_with({text}, {value})",
        _ => $"{text} like {value}",
    };

    private static string Parameter(NpgsqlParameterCollection parameters, ExclusionCondition condition)
    {
        string value = StorableText.ForColumn(StorableText.ForEvent(condition.Value));
        bool isGlob = condition.Operator is ExclusionOperator.Glob or ExclusionOperator.NotGlob;
        parameters.Add(new NpgsqlParameter<string> { TypedValue = isGlob ? Like(value) : value });
        return $"${parameters.Count}";
    }

    private static string Like(string glob)
    {
        var like = new StringBuilder(glob.Length + 8);
        foreach (char c in glob)
            _ = c switch
            {
                '*' => like.Append('%'),
                '?' => like.Append('_'),
                '%' or '_' or '\\' => like.Append('\\').Append(c),
                _ => like.Append(c),
            };
        return like.ToString();
    }

    private static string Column(ExclusionField field) => field switch
    {
        ExclusionField.Type => "type",
        ExclusionField.Rule => "rule_id",
        ExclusionField.ClassId => "class_id",
        ExclusionField.Title => "title",
        ExclusionField.Subject => "subject",
        ExclusionField.Node => "node",
        ExclusionField.Namespace => "namespace",
        ExclusionField.Workload => "workload",
        ExclusionField.Pod => "pod",
        ExclusionField.Image => "image",
        ExclusionField.ImageDigest => "image_digest",
        ExclusionField.Container => "container_name",
        ExclusionField.ContainerId => "container_id",
        ExclusionField.Process => "process",
        ExclusionField.CommandLine => "command_line",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "a field without a column"),
    };
}
