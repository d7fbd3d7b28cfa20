using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pipeline.Detection.Rules;

namespace Pipeline.Host.Commands.Rules;

/// <summary>Which tests prove which rules, as their attributes in the sources say: [Raises("VE-01")], [Spares("VE-01")].</summary>
internal sealed partial class SourceProofs
{
    private readonly List<(string Rule, bool Raises, string Test)> _proofs = [];

    public ImmutableArray<string> Raising(string rule) => Of(rule, raises: true);

    public ImmutableArray<string> Sparing(string rule) => Of(rule, raises: false);

    /// <exception cref="IOException">There is no such directory, or it cannot be read.</exception>
    public static SourceProofs In(string root)
    {
        var proofs = new SourceProofs();
        string tests = Path.Combine(root, "tests", "Detection.Tests");
        foreach (string file in Directory.EnumerateFiles(tests, "*Tests.cs", SearchOption.AllDirectories))
        {
            string subject = Path.GetFileNameWithoutExtension(file);
            var attributes = new List<(bool Raises, string Arguments)>();
            foreach (string line in File.ReadLines(file))
            {
                if (Attribute().Match(line) is { Success: true } attribute)
                    attributes.Add((attribute.Groups[1].Value == "Raises", attribute.Groups[2].Value));
                else if (Method().Match(line) is { Success: true } method)
                    proofs.Take(attributes, $"{subject}.{method.Groups[1].Value}");
            }
        }

        return proofs;
    }

    private void Take(List<(bool Raises, string Arguments)> attributes, string test)
    {
        foreach ((bool raises, string arguments) in attributes)
        {
            foreach (Match quoted in Quoted().Matches(arguments))
                _proofs.AddRange(RuleIds.Expand(quoted.Groups[1].Value).Select(rule => (rule, raises, test)));
        }

        attributes.Clear();
    }

    private ImmutableArray<string> Of(string rule, bool raises) =>
        [.. _proofs.Where(proof => proof.Rule == rule && proof.Raises == raises).Select(proof => proof.Test).Order(StringComparer.Ordinal)];

    [GeneratedRegex("""^\s*\[(Raises|Spares)\((.*)\)\]\s*$""")]
    private static partial Regex Attribute();

    [GeneratedRegex("""^\s*public (?:async )?(?:void|Task) (\w+)\(""")]
    private static partial Regex Method();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();
}
