using System.Globalization;
using System.Net;

namespace DevBroker;

/// <summary>How the server runs; every bound has a default that suits one machine.</summary>
internal sealed record BrokerOptions
{
    public const string Usage = """
        usage: devbroker --data DIR --port N [options]

          --data DIR              where the log is kept (made if absent)
          --port N                port for Kafka clients, 0 for any that is free
          --listen ADDRESS        address to bind to (default 127.0.0.1; 0.0.0.0 for all)
          --advertise HOST[:PORT] address told to clients (default: the one they connected to)
          --health-port N         port for GET /health on the same address, 0 for any (default: none)
          --topics FILE           JSON: {"NAME": {"partitions": 4, "config": {"retention.ms": "3600000"}}}; made if absent
          --auto-create           make a topic when a client first names it (default: no)
          --partitions N          partitions of topics that do not say how many (default 1)
          --fsync batch|MS        flush each batch before it is acknowledged, or all every MS milliseconds (default 1000)
          --max-connections N     (default 1024)
          --max-partitions N      of all topics together; each keeps a file open (default 8192)
          --max-request-bytes N   (default 67108864)
        """;

    /// <summary>Largest and smallest values that make sense for any option that is a number of milliseconds.</summary>
    private const int FlushMsMax = 60_000;

    public required string DataDirectory { get; init; }

    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    public int Port { get; init; }

    /// <summary>Null: clients are told the address they came to.</summary>
    public string? AdvertisedHost { get; init; }

    public int? AdvertisedPort { get; init; }

    /// <summary>Null: no health endpoint.</summary>
    public int? HealthPort { get; init; }

    public string? TopicsFile { get; init; }

    public bool AutoCreate { get; init; }

    public int DefaultPartitions { get; init; } = 1;

    /// <summary>Null: each batch is flushed before it is acknowledged.</summary>
    public TimeSpan? FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    public int ConnectionsMax { get; init; } = 1024;

    /// <summary>Of all topics together; each keeps a file open.</summary>
    public int PartitionsMax { get; init; } = 8192;

    public int RequestBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>A connection that has not sent a whole request for this long is closed (Kafka's default).</summary>
    public TimeSpan IdleMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often retention and compaction look at the log.</summary>
    public TimeSpan MaintenanceInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The options, or what is wrong with the arguments.</summary>
    public static (BrokerOptions? Options, string? Problem) Parse(IReadOnlyList<string> arguments)
    {
        var options = new BrokerOptions { DataDirectory = "", Port = -1 };
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            if (name == "--auto-create")
            {
                options = options with { AutoCreate = true };
                continue;
            }

            if (i + 1 == arguments.Count) return (null, $"{name} is unknown or lacks a value");
            (BrokerOptions? next, string? problem) = options.With(name, arguments[++i]);
            if (next is null) return (null, problem);
            options = next;
        }

        if (options.DataDirectory.Length == 0) return (null, "--data is missing");
        return options.Port < 0 ? (null, "--port is missing") : (options, null);
    }

    private (BrokerOptions? Options, string? Problem) With(string name, string value)
    {
        BrokerOptions? next = name switch
        {
            "--data" => this with { DataDirectory = value },
            "--port" => Number(value, 0, 65535) is { } port ? this with { Port = port } : null,
            "--listen" => IPAddress.TryParse(value, out IPAddress? address) ? this with { Listen = address } : null,
            "--advertise" => WithAdvertised(value),
            "--health-port" => Number(value, 0, 65535) is { } port ? this with { HealthPort = port } : null,
            "--topics" => this with { TopicsFile = value },
            "--partitions" => Number(value, 1, 1024) is { } count ? this with { DefaultPartitions = count } : null,
            "--fsync" when value == "batch" => this with { FlushInterval = null },
            "--fsync" => Number(value, 1, FlushMsMax) is { } ms ? this with { FlushInterval = TimeSpan.FromMilliseconds(ms) } : null,
            "--max-connections" => Number(value, 1, 65535) is { } count ? this with { ConnectionsMax = count } : null,
            "--max-partitions" => Number(value, 1, 100_000) is { } count ? this with { PartitionsMax = count } : null,
            "--max-request-bytes" => Number(value, 1024, int.MaxValue / 2) is { } bytes ? this with { RequestBytesMax = bytes } : null,
            _ => null,
        };
        return next is null ? (null, $"{name} is unknown, or {value} is no value for it") : (next, null);
    }

    private BrokerOptions? WithAdvertised(string value)
    {
        int colon = value.LastIndexOf(':');
        if (colon < 0) return this with { AdvertisedHost = value };
        return Number(value[(colon + 1)..], 1, 65535) is { } port ? this with { AdvertisedHost = value[..colon], AdvertisedPort = port } : null;
    }

    private static int? Number(string value, int min, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max ? number : null;
}
