using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;

namespace Pipeline.Policies.Shapes;

/// <summary>
/// How a type of the policy's records looks in YAML, told from the type alone, so that a new setting or a new alarm's policy needs nothing
/// here. Closed: scalars, optional values, lists, records.
/// </summary>
internal abstract record Shape(Type Type)
{
    private static readonly ConcurrentDictionary<Type, Shape> Known = new();

    /// <exception cref="NotSupportedException">The policy's records use a type that has no form in YAML.</exception>
    public static Shape Of(Type type) => Known.TryGetValue(type, out Shape? known) ? known : Known.GetOrAdd(type, Make(type));

    private static Shape Make(Type type)
    {
        if (ScalarShape.TryMake(type) is { } scalar) return scalar;
        if (Nullable.GetUnderlyingType(type) is { } inner) return new OptionalShape(type, Of(inner));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return new ListShape(type, Of(type.GetGenericArguments()[0]));
        if (RecordShape.IsRecord(type)) return new RecordShape(type);
        throw new NotSupportedException($"{type} cannot be a setting of a policy");
    }
}

/// <summary>A value that may be null.</summary>
internal sealed record OptionalShape(Type Type, Shape Inner) : Shape(Type);

/// <summary>An <see cref="ImmutableArray{T}"/>.</summary>
internal sealed record ListShape(Type Type, Shape Item) : Shape(Type)
{
    public object From(IReadOnlyList<object?> items)
    {
        Array array = Array.CreateInstance(Item.Type, items.Count);
        for (int i = 0; i < items.Count; i++) array.SetValue(items[i], i);
        MethodInfo create = typeof(ImmutableArray).GetMethods()
            .Single(m => m.Name == nameof(ImmutableArray.Create) && m.IsGenericMethod
                && m.GetParameters() is [{ ParameterType.IsArray: true }]
                && !m.GetParameters()[0].ParameterType.IsByRef)
            .MakeGenericMethod(Item.Type);
        return create.Invoke(null, [array])!;
    }

    /// <summary>A list that was never set is an empty one.</summary>
    public static ImmutableArray<object?> Items(object? list) =>
        list is null || (bool)list.GetType().GetProperty(nameof(ImmutableArray<int>.IsDefault))!.GetValue(list)!
            ? [] : [.. ((System.Collections.IEnumerable)list).Cast<object?>()];
}
