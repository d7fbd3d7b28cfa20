using System.Collections.Immutable;
using Pipeline.Detection;
using Pipeline.Policies.Shapes;
using Pipeline.Policies.Writing;

namespace Pipeline.Policies;

/// <summary>A setting that differs.</summary>
/// <param name="Setting">Its place ("abnormal-startup.mount-severity"), with "[]" for an item of a list.</param>
/// <param name="From">As YAML; null for an item that is only in the second policy.</param>
/// <param name="To">As YAML; null for an item that is only in the first.</param>
public sealed record SettingChange(string Setting, string? From, string? To);

/// <summary>What differs between two policies, setting by setting, whatever their documents look like. Thread-safe.</summary>
public static class PolicyDiff
{
    /// <returns>In the order in which settings are written.</returns>
    public static ImmutableArray<SettingChange> Between(DetectionPolicy from, DetectionPolicy to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return [.. OfRecord((RecordShape)Shape.Of(typeof(DetectionPolicy)), from, to, "")];
    }

    private static IEnumerable<SettingChange> OfRecord(RecordShape shape, object from, object to, string way) =>
        shape.Settings.SelectMany(setting => OfValue(
            setting.Shape, setting.Property.GetValue(from), setting.Property.GetValue(to), $"{way}{setting.Name}"));

    private static IEnumerable<SettingChange> OfValue(Shape shape, object? from, object? to, string name)
    {
        switch (shape)
        {
            case RecordShape record when from is not null && to is not null:
                return OfRecord(record, from, to, name + ".");
            case ListShape list:
                return OfList(list, from, to, name);
            default:
                (string was, string isNow) = (PolicyWriter.Inline(shape, from), PolicyWriter.Inline(shape, to));
                return was == isNow ? [] : [new SettingChange(name, was, isNow)];
        }
    }

    /// <summary>Items that went and came; where only their order changed, which may decide, the lists as they are.</summary>
    private static SettingChange[] OfList(ListShape list, object? from, object? to, string name)
    {
        ImmutableArray<string> was = Written(list, from);
        ImmutableArray<string> isNow = Written(list, to);
        if (was.SequenceEqual(isNow)) return [];
        SettingChange[] items =
        [
            .. Without(was, isNow).Select(item => new SettingChange(name + "[]", item, null)),
            .. Without(isNow, was).Select(item => new SettingChange(name + "[]", null, item)),
        ];
        return items.Length > 0 ? items : [new SettingChange(name, $"[{string.Join(", ", was)}]", $"[{string.Join(", ", isNow)}]")];
    }

    private static ImmutableArray<string> Written(ListShape list, object? items) =>
        [.. ListShape.Items(items).Select(item => PolicyWriter.Inline(list.Item, item))];

    /// <summary>Items as often as they are more often there than in the others.</summary>
    private static List<string> Without(ImmutableArray<string> items, ImmutableArray<string> others)
    {
        List<string> left = [.. items];
        foreach (string other in others) left.Remove(other);
        return left;
    }
}
