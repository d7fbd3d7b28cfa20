using System.CommandLine;
using System.Diagnostics;
using Npgsql;
using Pipeline.EventStore;
using Pipeline.EventStore.ReadModels;

namespace Pipeline.Host.Commands;

/// <summary>The read models that are a fold of the alarms' events: which they are, and making them anew while the pipeline runs.</summary>
internal static class ViewsCommand
{
    private const int Failed = 1;

    public static Command Create()
    {
        var list = new Command("list", "Name the tables that can be made anew from the alarms' events.");
        list.SetAction(parsed =>
        {
            foreach (string name in AlarmRebuild.TableNames) parsed.InvocationConfiguration.Output.WriteLine(name);
        });
        var postgres = new Option<string?>("--postgres")
        {
            Description = "PostgreSQL as an Npgsql connection string. Better given by the environment, PIPELINE_POSTGRES: options can be read by others in ps.",
        };
        var rebuild = new Command(
            "rebuild",
            "Make these tables anew, all together. The old ones are served and written until the new ones take their places in one transaction. "
            + "Needed after an upgrade that adds a table, or when rows were changed by hand. Exit code 0: done, 1: not done, and why.")
        {
            postgres,
        };
        rebuild.SetAction((parsed, cancellation) => RebuildAsync(
            parsed.GetValue(postgres) ?? Environment.GetEnvironmentVariable("PIPELINE_POSTGRES"), parsed.InvocationConfiguration, cancellation));
        return new Command("views", "The tables that SQL users and dashboards read.") { list, rebuild };
    }

    private static async Task<int> RebuildAsync(string? given, InvocationConfiguration console, CancellationToken cancellation)
    {
        if (given is null)
        {
            await console.Error.WriteLineAsync("alarmctl views rebuild: no PostgreSQL given; set PIPELINE_POSTGRES");
            return AlarmCtl.Unusable;
        }

        try
        {
            long began = Stopwatch.GetTimestamp();
            await using var database = new AlarmDatabase(new EventStoreOptions { ConnectionString = given });
            var progress = new Steps(done => console.Error.WriteLine($"{done:N0} events"));
            if (await new AlarmRebuild(database).RunAsync(progress, cancellation) is not { } told)
            {
                await console.Error.WriteLineAsync("alarmctl views rebuild: another rebuild of this database is under way");
                return Failed;
            }

            await console.Output.WriteLineAsync($"{told:N0} events, {Stopwatch.GetElapsedTime(began).TotalSeconds:N1} s: the new tables are served");
            return 0;
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException)
        {
            // The message of a refused connection string may quote it.
            string reason = e is ArgumentException ? "the connection string cannot be understood" : e.Message;
            await console.Error.WriteLineAsync($"alarmctl views rebuild: {reason}; the old tables are still served");
            return Failed;
        }
    }

    /// <summary>Tells every so many events; in order, which <see cref="Progress{T}"/> does not promise.</summary>
    private sealed class Steps(Action<long> tell) : IProgress<long>
    {
        private const long Step = 100_000;
        private long _next = Step;

        public void Report(long value)
        {
            if (value < _next) return;
            _next = value + Step;
            tell(value);
        }
    }
}
