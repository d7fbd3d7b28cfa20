using Npgsql;
using Xunit;

namespace Testing;

/// <summary>
/// A PostgreSQL server for a test assembly (<c>[assembly: AssemblyFixture(typeof(PostgresFixture))]</c>): the one that PIPELINE_POSTGRES
/// names, by the
/// connection string of a role that may create databases, else a private cluster. Tests ask for databases of their own; where there is no
/// server they skip.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private readonly List<string> _databases = [];
    private readonly Lock _lock = new();
    private PostgresCluster? _cluster;
    private string? _server;
    private string? _absent;

    public async ValueTask InitializeAsync()
    {
        _server = Environment.GetEnvironmentVariable("PIPELINE_POSTGRES");
        if (!string.IsNullOrEmpty(_server)) return;
        (_cluster, _absent) = await PostgresCluster.TryStartAsync();
        _server = _cluster?.ConnectionString;
    }

    /// <summary>A new, empty database. Skips the test where there is no server.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        if (_server is null) Assert.Skip(_absent ?? "no PostgreSQL server");
        string name = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync($"create database {name}");
        lock (_lock) _databases.Add(name);
        return new NpgsqlConnectionStringBuilder(_server) { Database = name, IncludeErrorDetail = true }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        else foreach (string name in _databases) await ExecuteAsync($"drop database if exists {name} with (force)");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_server);
        await connection.OpenAsync();
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
