using System.Collections.Frozen;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pipeline.Detection;
using Pipeline.Policies.Shapes;

namespace Pipeline.Policies.Writing;

/// <summary>
/// The reason of each setting: the documentation comments of the policy's own records, which the compiler writes to a file beside the
/// assembly. They are said once, where the setting is.
/// </summary>
public sealed partial class SettingReasons
{
    private readonly FrozenDictionary<string, XElement> _members;

    private SettingReasons(IEnumerable<XElement> members) =>
        _members = members.ToFrozenDictionary(m => (string)m.Attribute("name")!, m => m, StringComparer.Ordinal);

    /// <summary>No comments.</summary>
    public static SettingReasons None { get; } = new([]);

    /// <summary>From the file beside the assembly of the detectors; <see cref="None"/> where somebody took it away.</summary>
    public static SettingReasons OfDetection()
    {
        string path = Path.Combine(AppContext.BaseDirectory, $"{typeof(DetectionPolicy).Assembly.GetName().Name}.xml");
        return File.Exists(path) ? new SettingReasons(XDocument.Load(path).Descendants("member")) : None;
    }

    /// <summary>Empty where nothing is written.</summary>
    internal string Of(PropertyInfo property)
    {
        string type = property.DeclaringType!.FullName!.Replace('+', '.');
        if (_members.TryGetValue($"P:{type}.{property.Name}", out XElement? member)) return Text(member.Element("summary"));

        // A positional property is described by its parameter, on the type.
        return _members.TryGetValue($"T:{type}", out member)
            ? Text(member.Elements("param").FirstOrDefault(p => (string?)p.Attribute("name") == property.Name)) : "";
    }

    internal string Of(Type type) => _members.TryGetValue($"T:{type.FullName!.Replace('+', '.')}", out XElement? member)
        ? Text(member.Element("summary")) : "";

    private static string Text(XElement? comment)
    {
        if (comment is null) return "";
        var text = new StringBuilder();
        foreach (XNode node in comment.Nodes())
        {
            text.Append(node switch
            {
                XElement { Name.LocalName: "see" } see =>
                    Referred((string?)see.Attribute("cref") ?? (string?)see.Attribute("langword") ?? ""),
                XElement { Name.LocalName: "paramref" } parameter => RecordShape.Kebab((string?)parameter.Attribute("name") ?? ""),
                XElement element => element.Value,
                XText plain => plain.Value,
                _ => "",
            });
        }

        return Spaces().Replace(text.ToString(), " ").Trim();
    }

    /// <summary>A setting is called what it is called in YAML.</summary>
    private static string Referred(string reference)
    {
        string name = reference[(reference.LastIndexOf('.') + 1)..];
        return reference.StartsWith("P:", StringComparison.Ordinal) ? RecordShape.Kebab(name) : name;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
