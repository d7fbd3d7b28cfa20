using System.Net.Sockets;
using JasperFx.Events;
using Npgsql;

namespace Pipeline.EventStore;

/// <summary>
/// Tells failures that pass by themselves or by an operator's hand (the store is away, full, locked, in recovery) from errors of ours.
/// </summary>
internal static class StoreFailure
{
    /// <summary>
    /// What happened, for logs and people; null when it is an error in the program that must not be hidden by trying again.
    /// </summary>
    public static string? Describe(Exception failure)
    {
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case PostgresException refused:
                    return Passes(refused.SqlState) ? $"PostgreSQL refused ({refused.SqlState}): {refused.MessageText}" : null;
                case NpgsqlException { InnerException: not PostgresException } or SocketException or IOException or TimeoutException:
                    return $"PostgreSQL does not answer: {e.Message}";
                case ExistingStreamIdCollisionException or Marten.Exceptions.ExistingStreamIdCollisionException or EventStreamUnexpectedMaxEventIdException:
                    return "another process stored events of the same alarm at the same time";
            }
        }

        return null;
    }

    /// <summary>Whether the tables are not there: the database was made anew under a running process.</summary>
    public static bool IsMissingSchema(Exception failure)
    {
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            if (e is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedFunction })
                return true;
        }

        return false;
    }

    /// <summary>See the appendix "PostgreSQL Error Codes" of its manual: the first two characters are the class.</summary>
    private static bool Passes(string sqlState) => sqlState[..2] switch
    {
        "08" => true, // connection
        "28" => true, // password or access rule: an operator's to mend
        "40" => true, // serialization failure, deadlock
        "53" => true, // disk full, out of memory, too many connections
        "57" => true, // statement_timeout, shutdown, starting up
        "58" => true, // system error, I/O error
        "XX" => true, // internal error, corrupted data: stay up and not ready
        _ => sqlState is PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.ObjectInUse
            or PostgresErrorCodes.UniqueViolation // the same alarm from two partitions at once; the next try finds it stored
            or "25P03" // idle_in_transaction_session_timeout
            or PostgresErrorCodes.ReadOnlySqlTransaction // connected to a standby
            or PostgresErrorCodes.InvalidCatalogName // no such database (yet)
            or PostgresErrorCodes.UndefinedTable
            or PostgresErrorCodes.UndefinedFunction
            or PostgresErrorCodes.InvalidSchemaName,
    };
}
