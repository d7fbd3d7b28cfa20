using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Pipeline.Domain.Alarms;

namespace Pipeline.Policies.Shapes;

/// <summary>A value that is one word of YAML.</summary>
/// <param name="Wanted">What its text must be, for people: "true or false".</param>
internal abstract record ScalarShape(Type Type, string Wanted) : Shape(Type)
{
    /// <summary>Words of which it must be one; empty when it is not of a fixed set.</summary>
    public virtual ImmutableArray<string> Words => [];

    public abstract bool TryRead(string text, bool plain, out object? value);

    public abstract string Write(object value);

    public static ScalarShape? TryMake(Type type)
    {
        if (type == typeof(string)) return new TextShape();
        if (type == typeof(bool)) return new SwitchShape();
        if (type == typeof(TimeSpan)) return new DurationShape();
        if (type == typeof(DateTimeOffset)) return new InstantShape();
        if (type == typeof(double)) return new RealShape();
        if (type.IsEnum) return Generic(type.IsDefined(typeof(FlagsAttribute), false) ? typeof(WordsShape<>) : typeof(WordShape<>), type);
        bool integer = Type.GetTypeCode(type) is TypeCode.Int32 or TypeCode.Int64 or TypeCode.UInt32 or TypeCode.UInt64 or TypeCode.Byte
            or TypeCode.Int16 or TypeCode.UInt16;
        return integer ? Generic(typeof(IntegerShape<>), type) : null;
    }

    private static ScalarShape Generic(Type shape, Type type) => (ScalarShape)Activator.CreateInstance(shape.MakeGenericType(type))!;
}

internal sealed record TextShape() : ScalarShape(typeof(string), "a text")
{
    public override bool TryRead(string text, bool plain, out object? value)
    {
        value = text;
        return !plain || text is not ("null" or "~" or "");
    }

    public override string Write(object value) => YamlText.Of((string)value);
}

internal sealed record SwitchShape() : ScalarShape(typeof(bool), "true or false")
{
    public override ImmutableArray<string> Words => ["true", "false"];

    public override bool TryRead(string text, bool plain, out object? value)
    {
        value = text == "true";
        return plain && text is "true" or "false";
    }

    public override string Write(object value) => (bool)value ? "true" : "false";
}

/// <summary>Decimal or 0x-hexadecimal. 64 unsigned bits are patterns of bits and are written in hexadecimal.</summary>
internal sealed record IntegerShape<T>() : ScalarShape(typeof(T), "a whole number")
    where T : IBinaryInteger<T>, IMinMaxValue<T>
{
    public override bool TryRead(string text, bool plain, out object? value)
    {
        bool hex = text.StartsWith("0x", StringComparison.Ordinal);
        bool read = hex
            ? T.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out T? number)
            : T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
        value = number;
        return plain && read && (!hex || !T.IsNegative(number!));
    }

    public override string Write(object value) =>
        value is ulong bits ? $"0x{bits.ToString("x", CultureInfo.InvariantCulture)}" : ((T)value).ToString(null,
            CultureInfo.InvariantCulture);
}

internal sealed record RealShape() : ScalarShape(typeof(double), "a number")
{
    public override bool TryRead(string text, bool plain, out object? value)
    {
        bool read = double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out double number);
        value = number;
        return plain && read && double.IsFinite(number);
    }

    public override string Write(object value) => ((double)value).ToString("R", CultureInfo.InvariantCulture);
}

internal sealed record DurationShape() : ScalarShape(typeof(TimeSpan), "a time such as 500ms, 10s, 5m, 24h or 7d")
{
    private static readonly (string Suffix, TimeSpan Unit)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    public override bool TryRead(string text, bool plain, out object? value)
    {
        value = null;
        foreach ((string suffix, TimeSpan unit) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)) continue;
            if (!int.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture,
                out int count)) continue;
            if (count > TimeSpan.MaxValue.TotalDays / 2) return false;
            value = unit * count;
            return true;
        }

        return false;
    }

    public override string Write(object value)
    {
        var time = (TimeSpan)value;
        (string suffix, TimeSpan unit) = Units.Last(u => time.Ticks % u.Unit.Ticks == 0 || u.Suffix == "ms");
        return string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / unit.Ticks}{suffix}");
    }
}

/// <summary>A day or an instant of it, ISO 8601. Without an offset it is UTC: a policy must mean the same wherever it is read.</summary>
internal sealed record InstantShape() : ScalarShape(typeof(DateTimeOffset), "a time such as 2026-12-31 or 2026-12-31T18:00:00Z")
{
    private static readonly string[] Forms = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    public override bool TryRead(string text, bool plain, out object? value)
    {
        bool read = DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset instant);
        value = instant;
        return read;
    }

    public override string Write(object value) =>
        ((DateTimeOffset)value).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);
}

/// <summary>An enumeration, by its words as they are written everywhere.</summary>
internal sealed record WordShape<T>() : ScalarShape(typeof(T), $"one of {string.Join(", ", Spelling.All<T>())}")
    where T : struct, Enum
{
    public override ImmutableArray<string> Words => Spelling.All<T>();

    public override bool TryRead(string text, bool plain, out object? value)
    {
        bool read = Spelling.TryRead(text, out T word);
        value = word;
        return read;
    }

    public override string Write(object value) => Spelling.Of((T)value);
}

/// <summary>A set of an enumeration's words: "read+write".</summary>
internal sealed record WordsShape<T>() : ScalarShape(typeof(T), $"words with + between them, of {string.Join(", ", Spelling.All<T>())}")
    where T : struct, Enum
{
    public override ImmutableArray<string> Words => Spelling.All<T>();

    public override bool TryRead(string text, bool plain, out object? value)
    {
        long bits = 0;
        bool all = true;
        foreach (string word in text.Split('+'))
        {
            all &= Spelling.TryRead(word.Trim(), out T one);
            bits |= Convert.ToInt64(one, CultureInfo.InvariantCulture);
        }

        value = Enum.ToObject(typeof(T), bits);
        return all;
    }

    /// <summary>The one word of exactly this set where there is one, else its single members.</summary>
    public override string Write(object value)
    {
        long bits = Convert.ToInt64(value, CultureInfo.InvariantCulture);
        if (Enum.IsDefined((T)value)) return Spelling.Of((T)value);
        return string.Join('+', Enum.GetValues<T>()
            .Where(one => Convert.ToInt64(one, CultureInfo.InvariantCulture) is var bit && long.IsPow2(bit) && (bits & bit) != 0)
            .Select(one => Spelling.Of(one)));
    }
}
