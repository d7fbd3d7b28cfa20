namespace Agents.Importers.Auditd;

/// <summary>A key=value of a record.</summary>
internal readonly ref struct AuditField(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
{
    public ReadOnlySpan<byte> Key { get; } = key;

    /// <summary>As it is written, with its quotes.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;

    /// <summary>A value that a user can choose: quoted, or in hexadecimal digits, or "(null)".</summary>
    public static byte[] Decode(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value.SequenceEqual("(null)"u8)) return [];
        if (value[0] == (byte)'"') return value[1..].TrimEnd((byte)'"').ToArray();
        if (value.Length % 2 != 0) return value.ToArray();
        byte[] decoded = new byte[value.Length / 2];
        for (int i = 0; i < decoded.Length; i++)
        {
            int high = Digit(value[i * 2]), low = Digit(value[i * 2 + 1]);
            if (high < 0 || low < 0) return value.ToArray();
            decoded[i] = (byte)(high << 4 | low);
        }

        return decoded;
    }

    private static int Digit(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        _ => -1,
    };
}

/// <summary>Goes over the fields of a record. What is no field is passed over.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    public AuditField Current { get; private set; }

    public readonly FieldReader GetEnumerator() => this;

    public bool MoveNext()
    {
        while (true)
        {
            _rest = _rest.TrimStart(" ,"u8);
            if (_rest.IsEmpty) return false;
            int equals = _rest.IndexOfAny((byte)'=', (byte)' ');
            if (equals < 0) return false;
            if (_rest[equals] == (byte)' ' || equals == 0)
            {
                _rest = _rest[(equals + 1)..];
                continue;
            }

            ReadOnlySpan<byte> key = _rest[..equals];
            ReadOnlySpan<byte> value = _rest[(equals + 1)..];
            int end = End(value);
            Current = new AuditField(key, value[..end]);
            _rest = value[end..];
            return true;
        }
    }

    /// <summary>Where a value ends: behind its closing quote, else at a space.</summary>
    private static int End(ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty && value[0] is (byte)'"' or (byte)'\'')
        {
            int close = value[1..].IndexOf(value[0]);
            return close < 0 ? value.Length : close + 2;
        }

        int space = value.IndexOf((byte)' ');
        return space < 0 ? value.Length : space;
    }
}
