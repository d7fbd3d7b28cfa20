using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Pipeline.Policies.Shapes;

namespace Pipeline.Policies.Reading;

/// <summary>
/// Makes records of a document. Goes on after a fault, so that whoever wrote it learns of all at once. One binder for each document.
/// </summary>
internal sealed class Binder
{
    /// <summary>More than these help nobody: the document is something else.</summary>
    private const int MostFaults = 100;

    private readonly List<PolicyFault> _faults = [];

    public IReadOnlyList<PolicyFault> Faults => _faults;

    /// <param name="start">A record: what holds where the document says nothing; null: the defaults of its type.</param>
    /// <returns>Null when there was a fault, or where null was written and allowed.</returns>
    public object? Bind(Shape shape, YamlValue value, string path, object? start) => shape switch
    {
        OptionalShape optional =>
            value is YamlValue.Scalar { Plain: true, Text: "null" or "~" } ? null : Bind(optional.Inner, value, path, start),
        ScalarShape scalar => Scalar(scalar, value, path),
        ListShape list => List(list, value, path),
        _ => Record((RecordShape)shape, value, path, start),
    };

    private object? Scalar(ScalarShape shape, YamlValue value, string path)
    {
        if (value is YamlValue.Scalar scalar && shape.TryRead(scalar.Text, scalar.Plain, out object? read)) return read;
        string near = value is YamlValue.Scalar word && NearestWord.To(word.Text, shape.Words) is { } best ? $"; did you mean {best}?" : "";
        return Fault(value, path, $"must be {shape.Wanted}, not {value.Kind}{near}");
    }

    private object? List(ListShape shape, YamlValue value, string path)
    {
        if (value is not YamlValue.Sequence sequence) return Fault(value, path, $"must be a list, not {value.Kind}");
        int before = _faults.Count;
        object?[] items = [.. sequence.Items.Select((item, i) => Bind(shape.Item, item, Indexed(path, i), null))];
        return _faults.Count > before ? null : shape.From(items);
    }

    private object? Record(RecordShape shape, YamlValue value, string path, object? start)
    {
        if (value is not YamlValue.Mapping mapping) return Fault(value, path, $"must be a mapping of settings, not {value.Kind}");
        int before = _faults.Count;
        Dictionary<string, YamlValue> given = Entries(shape, mapping, path);
        var values = new Dictionary<string, object?>();
        foreach (Setting setting in shape.Settings)
        {
            object? held = start is null ? setting.Default : setting.Property.GetValue(start);
            if (given.TryGetValue(setting.Name, out YamlValue? written)) values[setting.Name] = Value(setting, written, path, held);
            else if (start is null && setting.Mandatory) Fault(mapping, path, $"lacks the setting {setting.Name}");
            else values[setting.Name] = held;
        }

        return _faults.Count > before ? null : shape.Make(values);
    }

    private object? Value(Setting setting, YamlValue written, string path, object? held)
    {
        string inner = path.Length == 0 ? setting.Name : $"{path}.{setting.Name}";
        int before = _faults.Count;
        object? value = Bind(setting.Shape, written, inner, setting.Shape is RecordShape ? held : null);
        if (_faults.Count == before) Check(setting, written, inner, value);
        return value;
    }

    private Dictionary<string, YamlValue> Entries(RecordShape shape, YamlValue.Mapping mapping, string path)
    {
        var given = new Dictionary<string, YamlValue>(StringComparer.Ordinal);
        ImmutableArray<string> names = [.. shape.Settings.Select(setting => setting.Name)];
        foreach ((YamlValue.Scalar key, YamlValue value) in mapping.Entries)
        {
            if (!names.Contains(key.Text))
            {
                string near = NearestWord.To(key.Text, names) is { } best
                    ? $"did you mean {best}?" : $"there are {string.Join(", ", names)}";
                Fault(key, path, $"knows no setting {key.Kind}; {near}");
            }
            else if (!given.TryAdd(key.Text, value))
            {
                Fault(key, path, $"has the setting {key.Text} twice, first in line {given[key.Text].Line}");
            }
        }

        return given;
    }

    /// <summary>What the type alone does not say; of a list each item has to be right.</summary>
    private void Check(Setting setting, YamlValue written, string path, object? value)
    {
        if (setting.Shape is ListShape && written is YamlValue.Sequence sequence)
        {
            ImmutableArray<object?> items = ListShape.Items(value);
            for (int i = 0; i < items.Length; i++) CheckOne(setting, sequence.Items[i], Indexed(path, i), items[i]);
        }
        else
        {
            CheckOne(setting, written, path, value);
        }
    }

    private void CheckOne(Setting setting, YamlValue written, string path, object? value)
    {
        if (value is null) return;
        foreach (ValidationAttribute rule in setting.Rules)
        {
            if (!rule.IsValid(value)) Fault(written, path, $"{written.Kind} {Reason(rule, path)}");
        }

        bool bounded = setting.Rules.Any(rule => rule is RangeAttribute);
        if (!bounded && IsNegative(value) && !IsNegative(setting.Default)) Fault(written, path, $"{written.Kind} must not be negative");
    }

    private static string Reason(ValidationAttribute rule, string path) => rule switch
    {
        RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"must be from {range.Minimum} to {range.Maximum}"),
        StringLengthAttribute length => $"must have {length.MinimumLength} to {length.MaximumLength} characters",
        _ => rule.FormatErrorMessage(path),
    };

    private static bool IsNegative(object? value) => value switch
    {
        int number => number < 0,
        long number => number < 0,
        double number => number < 0,
        TimeSpan time => time < TimeSpan.Zero,
        _ => false,
    };

    private static string Indexed(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    private object? Fault(YamlValue at, string path, string reason)
    {
        if (_faults.Count < MostFaults) _faults.Add(new PolicyFault(at.Line, at.Column, path, reason));
        return null;
    }
}
