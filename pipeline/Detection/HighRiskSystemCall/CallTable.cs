using System.Collections.Immutable;
using Pipeline.Domain.Events;

namespace Pipeline.Detection.HighRiskSystemCall;

/// <summary>What the policy says of one call: its rows, in order, and what speaks for it.</summary>
internal sealed record CallRules(
    string Name, ImmutableArray<SystemCallRow> Rows, ImmutableArray<SystemCallSuppression> Suppressions,
        ImmutableArray<SystemCallException> Exceptions);

/// <summary>The policy by number of call, so that the many calls that are not in it cost one look into an array.</summary>
internal sealed class CallTable
{
    /// <summary>Linux numbers its calls below this, and will for long.</summary>
    private const int MostNumbers = 1024;

    private readonly CallRules?[] _x64;
    private readonly CallRules?[] _arm64;

    public CallTable(SystemCallPolicy policy)
    {
        _x64 = Of(policy, NodeArchitecture.X64);
        _arm64 = Of(policy, NodeArchitecture.Arm64);
    }

    /// <summary>Null when no row names the call.</summary>
    public CallRules? Find(int number, NodeArchitecture architecture)
    {
        CallRules?[] table = architecture == NodeArchitecture.Arm64 ? _arm64 : _x64;
        return (uint)number < (uint)table.Length ? table[number] : null;
    }

    private static CallRules?[] Of(SystemCallPolicy policy, NodeArchitecture architecture)
    {
        var table = new CallRules?[MostNumbers];
        foreach (string name in policy.Rows.SelectMany(row => row.Calls).Distinct())
        {
            if (!SyscallNames.TryNumber(name, architecture, out int number) || number >= MostNumbers) continue;
            table[number] = new CallRules(
                name,
                [.. policy.Rows.Where(row => row.Calls.Contains(name))],
                [.. policy.Suppressions.Where(suppression => suppression.Calls.Contains(name))],
                [.. policy.Exceptions.Where(exception => exception.Calls.IsDefaultOrEmpty || exception.Calls.Contains(name))]);
        }

        return table;
    }
}
