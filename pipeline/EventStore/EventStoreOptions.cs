using Npgsql;

namespace Pipeline.EventStore;

/// <summary>
/// How the store talks to PostgreSQL. Every wait has an end, so that a partition never hangs on a lock or on a server that has gone.
/// </summary>
public sealed record EventStoreOptions
{
    public required string ConnectionString { get; init; }

    /// <summary>Longest a single statement may run (statement_timeout). A 5 MB checkpoint takes well below a second.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Longest wait for a row that another transaction holds (lock_timeout); only two owners of one partition ever meet on one.
    /// </summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>When the server ends a transaction of a process that froze in the middle (idle_in_transaction_session_timeout).</summary>
    public TimeSpan IdleInTransactionTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause before the second attempt to create the schema at start-up; doubles up to <see cref="LongestRetryPause"/>.</summary>
    public TimeSpan FirstRetryPause { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan LongestRetryPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A role for Grafana and other readers by SQL, made at start-up where the user may make roles; it can read schema <c>read</c> and
    /// nothing else. Null makes none.
    /// </summary>
    public ReadOnlyRole? Reader { get; init; }

    /// <summary>
    /// The connection string with the limits in it. What the caller's own string says about "Options" comes last and wins.
    /// </summary>
    internal string Bounded()
    {
        var builder = new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            Timeout = Seconds(ConnectTimeout),
            // Above the server's own limit, so that the server's answer, which says what happened, comes first.
            CommandTimeout = Seconds(StatementTimeout) + 5,
            Enlist = false,
        };
        if (string.IsNullOrEmpty(builder.ApplicationName)) builder.ApplicationName = "alarm-pipeline";
        builder.Options = $"-c statement_timeout={Milliseconds(StatementTimeout)} -c lock_timeout={Milliseconds(LockTimeout)} "
            + $"-c idle_in_transaction_session_timeout={Milliseconds(IdleInTransactionTimeout)} {builder.Options}".TrimEnd();
        return builder.ConnectionString;
    }

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));

    private static long Milliseconds(TimeSpan time) => Math.Max(1, (long)time.TotalMilliseconds);
}
