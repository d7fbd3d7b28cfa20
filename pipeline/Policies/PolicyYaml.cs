using System.Collections.Immutable;
using Pipeline.Detection;
using Pipeline.Policies.Reading;
using Pipeline.Policies.Shapes;
using Pipeline.Policies.Writing;

namespace Pipeline.Policies;

/// <summary>
/// The detection policy as one YAML document. What a document does not say is as in the built-in policy; a list that it gives takes the
/// place of the whole built-in list. Reading is strict: what is not understood is refused, never passed over. Thread-safe.
/// </summary>
public static class PolicyYaml
{
    /// <summary>Longest document in characters: fifty times the built-in policy, which leaves room for large whitelists.</summary>
    public const int LongestDocument = 4 * 1024 * 1024;

    public static PolicyReading Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text, DetectionPolicy.Default) is var (policy, faults) && faults.IsEmpty
            ? new PolicyReading(policy, [])
            : new PolicyReading(null, faults);
    }

    /// <summary>The document that gives this policy, with every setting.</summary>
    /// <param name="policy">What to write.</param>
    /// <param name="reasons">What stands above each setting as a comment.</param>
    public static string Write(DetectionPolicy policy, SettingReasons reasons)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(reasons);
        return PolicyWriter.Write(policy, reasons);
    }

    /// <summary>Binds any record, for the tests of the binding itself.</summary>
    internal static (T? Value, ImmutableArray<PolicyFault> Faults) Read<T>(string text, T start)
        where T : class
    {
        if (text.Length > LongestDocument)
            return (null, [new PolicyFault(0, 0, "", $"the document is longer than {LongestDocument} characters")]);
        YamlTree tree = YamlTree.Parse(text);
        if (tree.Fault is { } broken) return (null, [broken]);
        if (tree.Root is null) return (start, []);
        var binder = new Binder();
        object? value = binder.Bind(Shape.Of(typeof(T)), tree.Root, "", start);
        ImmutableArray<PolicyFault> faults = [.. binder.Faults.OrderBy(f => f.Line).ThenBy(f => f.Column)];
        return (faults.IsEmpty ? (T?)value : null, faults);
    }
}
