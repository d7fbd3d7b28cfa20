using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pipeline.Policies.Shapes;

/// <summary>One setting of a record.</summary>
/// <param name="Name">In YAML: the property's name in kebab-case.</param>
/// <param name="Default">What it is where the document says nothing; null with <paramref name="Mandatory"/>.</param>
/// <param name="Mandatory">It has no default.</param>
/// <param name="Rules">What its value must be beyond its type.</param>
internal sealed record Setting(
    string Name, PropertyInfo Property, object? Default, bool Mandatory, ImmutableArray<ValidationAttribute> Rules)
{
    /// <summary>Made when it is asked for: a record may hold lists of itself.</summary>
    public Shape Shape => Shape.Of(Property.PropertyType);
}

/// <summary>A record whose properties are settings: those of its constructor and those with init.</summary>
internal sealed record RecordShape : Shape
{
    private readonly ConstructorInfo _constructor;
    private readonly ImmutableArray<PropertyInfo> _positional;
    private readonly ImmutableArray<PropertyInfo> _others;

    public RecordShape(Type type)
        : base(type)
    {
        _constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        ParameterInfo[] parameters = _constructor.GetParameters();
        _positional = [.. parameters.Select(p => type.GetProperty(p.Name!)
            ?? throw new NotSupportedException($"{type} has no property for the parameter {p.Name} of its constructor"))];
        _others = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p is { CanRead: true, CanWrite: true } && !_positional.Contains(p)).OrderBy(p => p.MetadataToken)];
        object? prototype = Prototype();
        Settings =
        [
            .. parameters.Zip(_positional, (parameter, property) => new Setting(
                Kebab(property.Name), property, Default(parameter), !parameter.HasDefaultValue, RulesOf(property))),
            .. _others.Select(property => new Setting(
                Kebab(property.Name), property, prototype is null ? null : property.GetValue(prototype),
                prototype is null || property.IsDefined(typeof(RequiredMemberAttribute)), RulesOf(property))),
        ];
    }

    /// <summary>In the order in which they are declared.</summary>
    public ImmutableArray<Setting> Settings { get; }

    public static bool IsRecord(Type type) => type is { IsClass: true, IsAbstract: false } && type.GetMethod("<Clone>$") is not null;

    public object Make(IReadOnlyDictionary<string, object?> values)
    {
        object made = _constructor.Invoke([.. _positional.Select(p => values[Kebab(p.Name)])]);
        foreach (PropertyInfo property in _others) property.SetValue(made, values[Kebab(property.Name)]);
        return made;
    }

    public static string Kebab(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        foreach (char c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0) text.Append('-');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    /// <summary>
    /// One with nothing in it, to see the defaults of what is set with init. Null where the record cannot be made of nothing.
    /// </summary>
    private object? Prototype()
    {
        try
        {
            return _constructor.Invoke([.. _constructor.GetParameters().Select(Default)]);
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }

    private static object? Default(ParameterInfo parameter) =>
        parameter is { HasDefaultValue: true, DefaultValue: { } given }
            ? (parameter.ParameterType.IsEnum ? Enum.ToObject(parameter.ParameterType, given) : given)
            : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;

    private static ImmutableArray<ValidationAttribute> RulesOf(PropertyInfo property) =>
        [.. property.GetCustomAttributes<ValidationAttribute>(inherit: true)];
}
