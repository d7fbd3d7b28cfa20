using System.Collections.Immutable;
using Npgsql;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Exclusions;

namespace Pipeline.EventStore.Exclusions;

/// <summary>What the exclusions that hold do to alarms: inside a transaction that has the alarms' streams locked.</summary>
internal static class ActiveExclusions
{
    private const string Actor = "exclusion";

    /// <summary>Id, conditions, reason.</summary>
    public const string Active = $"select id, conditions::text, reason from {Tables.Exclusions} where state = 'active' order by id";

    /// <summary>Whitelists those of the alarms that an exclusion matches and that are not resolved.</summary>
    /// <returns>How many those are.</returns>
    public static async Task<int> HideAsync(
        AlarmDatabase database, NpgsqlTransaction transaction, Guid[] alarms, CancellationToken cancellation)
    {
        NpgsqlConnection connection = transaction.Connection!;
        ImmutableArray<(Guid Id, ImmutableArray<ExclusionCondition> Conditions, string Reason)> active = await ReadAsync(connection, cancellation);
        if (active.IsEmpty) return 0;
        await using NpgsqlCommand command = connection.CreateCommand();
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = alarms });
        command.CommandText = string.Join(" union all ", active.Select((exclusion, i) =>
            $"select {i}, {LockedAlarm.Columns} from {Tables.Alarms} a where a.id = any($1) and {LockedAlarm.Unresolved} "
            + $"and {ExclusionMatch.Write(command.Parameters, exclusion.Conditions)}"));
        var hidden = new Dictionary<Guid, AlarmActionTaken>();
        await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                (Guid id, _, string reason) = active[reader.GetInt32(0)];
                LockedAlarm alarm = LockedAlarm.Read(reader, 1);
                hidden.TryAdd(alarm.Id, Action(alarm, AlarmAction.Whitelist, id, reason));
            }
        }

        await StoredActions.AppendAsync(database, transaction, hidden.Values, cancellation);
        return hidden.Count;
    }

    /// <summary>What an exclusion does to an alarm.</summary>
    public static AlarmActionTaken Action(LockedAlarm alarm, AlarmAction action, Guid exclusion, string reason) => AlarmHandling.Event(
        alarm.Id, alarm.Standing, new AlarmCommand(Guid.NewGuid(), action, Actor, Actor, reason, Exclusion: exclusion), alarm.Now);

    private static async Task<ImmutableArray<(Guid, ImmutableArray<ExclusionCondition>, string)>> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = Active;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var active = ImmutableArray.CreateBuilder<(Guid, ImmutableArray<ExclusionCondition>, string)>();
        while (await reader.ReadAsync(cancellation)) active.Add((reader.GetGuid(0), ConditionsJson.Read(reader.GetString(1)), reader.GetString(2)));
        return active.ToImmutable();
    }
}
