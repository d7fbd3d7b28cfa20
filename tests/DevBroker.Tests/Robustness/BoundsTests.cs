using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace DevBroker.Tests.Robustness;

/// <summary>What peers that misbehave get, and that nobody else notices.</summary>
public sealed class BoundsTests
{
    [Theory]
    [InlineData("FFFFFFFF")]
    [InlineData("7FFFFFFF")]
    [InlineData("00000003")]
    [InlineData("0000000A0001000000000001FFFF")]
    [InlineData("0000000A7FFF000000000001FFFF")]
    [InlineData("474554202F20485454502F312E310D0A0D0A")]
    public async Task Closes_the_connection_of_a_malformed_frame_and_no_other(string hex)
    {
        await using RunningBroker broker = RunningBroker.Start();
        using TcpClient good = await ConnectAsync(broker);
        using TcpClient bad = await ConnectAsync(broker);

        await bad.GetStream().WriteAsync(Convert.FromHexString(hex), TestContext.Current.CancellationToken);

        (await ReadToEndAsync(bad)).ShouldBe(0);
        (await AskVersionsAsync(good, version: 0)).ErrorCode.ShouldBe((short)0);
    }

    [Fact]
    public async Task Answers_an_unknown_version_of_the_first_request_with_the_versions_it_knows()
    {
        await using RunningBroker broker = RunningBroker.Start();
        using TcpClient client = await ConnectAsync(broker);

        (short error, int count) = await AskVersionsAsync(client, version: 99);

        error.ShouldBe((short)35);
        count.ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task Refuses_connections_beyond_the_bound()
    {
        await using RunningBroker broker = RunningBroker.Start(options => options with { ConnectionsMax = 2 });
        using TcpClient first = await ConnectAsync(broker);
        using TcpClient second = await ConnectAsync(broker);
        await AskVersionsAsync(first, 0);
        await AskVersionsAsync(second, 0);

        using TcpClient third = await ConnectAsync(broker);

        (await ReadToEndAsync(third)).ShouldBe(0);
        (await AskVersionsAsync(first, 0)).ErrorCode.ShouldBe((short)0);
    }

    [Fact]
    public async Task Answers_health_and_nothing_else_over_http()
    {
        await using RunningBroker broker = RunningBroker.Start(options => options with { HealthPort = 0 });
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{broker.Broker.HealthPort}") };

        (await http.GetFromJsonAsync<Dictionary<string, string>>("/health", TestContext.Current.CancellationToken))!["status"].ShouldBe("ok");
        (await http.GetAsync(new Uri("/other", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Lets_only_one_server_use_a_directory()
    {
        await using RunningBroker broker = RunningBroker.Start();

        Should.Throw<IOException>(() => Broker.Start(
            new BrokerOptions { DataDirectory = broker.DataDirectory }, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
    }

    private static async Task<TcpClient> ConnectAsync(RunningBroker broker)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, broker.Broker.Port, TestContext.Current.CancellationToken);
        return client;
    }

    /// <returns>How many bytes came before the server closed the connection.</returns>
    private static async Task<int> ReadToEndAsync(TcpClient client)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(RunningBroker.Patience);
        using var received = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(received, deadline.Token);
        }
        catch (IOException)
        {
            // Closed with bytes of ours unread: a reset instead of an end.
        }

        return (int)received.Length;
    }

    private static async Task<(short ErrorCode, int Count)> AskVersionsAsync(TcpClient client, short version)
    {
        var request = new byte[14];
        BinaryPrimitives.WriteInt32BigEndian(request, 10);
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(4), 18);
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(6), version);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(8), 4711);
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(12), -1);
        await client.GetStream().WriteAsync(request, TestContext.Current.CancellationToken);
        var size = new byte[4];
        await client.GetStream().ReadExactlyAsync(size, TestContext.Current.CancellationToken);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
        await client.GetStream().ReadExactlyAsync(body, TestContext.Current.CancellationToken);
        BinaryPrimitives.ReadInt32BigEndian(body).ShouldBe(4711);
        return (BinaryPrimitives.ReadInt16BigEndian(body.AsSpan(4)), BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(6)));
    }
}
