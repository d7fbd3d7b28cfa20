using Pipeline.Api.Ports;

namespace Pipeline.Api.Live;

/// <summary>The list's filters asked of one alarm in memory.</summary>
internal static class FilterMatch
{
    /// <summary>Shortest beginning of a container id that is taken for one, as in the list.</summary>
    private const int ShortestIdPrefix = 6;

    public static bool Finds(this AlarmFilter filter, AlarmSummary alarm) => filter.MayFind(alarm)
        && (filter.Severities.IsDefaultOrEmpty || filter.Severities.Contains(alarm.Severity))
        && (filter.States.IsDefaultOrEmpty || filter.States.Contains(alarm.State))
        && (filter.Assignee is null || filter.Assignee == alarm.Assignee)
        && (filter.From is null || alarm.LastSeen >= filter.From);

    /// <summary>Whether it is found now or could have been found before: by what of an alarm never changes back.</summary>
    public static bool MayFind(this AlarmFilter filter, AlarmSummary alarm) =>
        (filter.Types.IsDefaultOrEmpty || filter.Types.Contains(alarm.Type))
        && (filter.Rule is null || filter.Rule == alarm.RuleId)
        && (filter.Node is null || filter.Node == alarm.Source.Node)
        && (filter.Subject is null || filter.Subject == alarm.Subject)
        && (filter.To is null || alarm.FirstSeen < filter.To)
        && IsContainer(filter.Container, alarm)
        && IsImage(filter.Image, alarm.Source.Image);

    private static bool IsContainer(string? container, AlarmSummary alarm) => container is null
        || alarm.Source.ContainerName == container
        || alarm.Source.ContainerId == container
        || (container.Length >= ShortestIdPrefix && alarm.Source.ContainerId.StartsWith(container, StringComparison.Ordinal));

    private static bool IsImage(string? image, string actual) => image is null
        || (image.EndsWith('*') ? actual.StartsWith(image[..^1], StringComparison.Ordinal) : actual == image);
}
