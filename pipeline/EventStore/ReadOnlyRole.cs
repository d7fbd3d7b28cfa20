using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Pipeline.EventStore;

/// <summary>
/// A login that may read the schema for SQL users and nothing else, within limits: whoever can open a dashboard of Grafana can send any SQL
/// through it. Settings of a role are defaults which its sessions may change; its rights they cannot.
/// </summary>
/// <param name="Name">Name of the role; made if there is none.</param>
/// <param name="Password">Set at every start; null leaves whatever it has.</param>
public sealed record ReadOnlyRole(string Name, string? Password)
{
    /// <summary>Sessions that the role may have at once.</summary>
    public const int MostConnections = 20;

    private const int ScramIterations = 4096;

    /// <summary>The password stays out.</summary>
    public override string ToString() => Name;

    /// <summary>What an operator runs where the pipeline's user may not; the password is for them to fill in.</summary>
    public string ForOperators() => $"create role {Quoted} login password '...'; {Limits} {Rights}";

    /// <summary>Makes the role, or brings it up to date.</summary>
    /// <exception cref="PostgresException">The user may not make roles.</exception>
    public async Task EnsureAsync(AlarmDatabase database, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await database.Connections.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction turn = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({AlarmDatabase.SchemaLock})", cancellation);
        await using var look = new NpgsqlCommand("select count(*) from pg_roles where rolname = $1", connection);
        look.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
        bool isThere = await look.ExecuteScalarAsync(cancellation) is 1L;
        if (!isThere) await ExecuteAsync(connection, $"create role {Quoted} login", cancellation);
        if (Password is not null) await ExecuteAsync(connection, $"alter role {Quoted} password '{Scrambled(Password)}'", cancellation);
        await ExecuteAsync(connection, $"{Limits} {Rights} {SchemaDetails.Grants}", cancellation);
        await turn.CommitAsync(cancellation);
    }

    private string Quoted => $"\"{Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private string Limits => $"alter role {Quoted} nosuperuser nocreatedb nocreaterole connection limit {MostConnections}; "
        + $"alter role {Quoted} set default_transaction_read_only = on; alter role {Quoted} set statement_timeout = '15s';";

    private string Rights => $"grant usage on schema {Tables.ReadSchema} to {Quoted}; grant select on all tables in schema {Tables.ReadSchema} to {Quoted};";

    /// <summary>
    /// The form in which the server keeps it (RFC 5803, SCRAM-SHA-256), so that no statement and no log of the server holds the password. It is
    /// not prepared by SASLprep: passwords beyond ASCII may not match.
    /// </summary>
    private static string Scrambled(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, ScramIterations, HashAlgorithmName.SHA256, 32);
        byte[] stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        byte[] server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${ScramIterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
