using System.Net;

namespace DevBroker.Tests;

public sealed class BrokerOptionsTests
{
    [Fact]
    public void Binds_to_loopback_and_makes_no_topics_unless_told_otherwise()
    {
        BrokerOptions options = BrokerOptions.Parse(["--data", "d", "--port", "9092"]).Options!;

        (options.Listen, options.AutoCreate, options.Port).ShouldBe((IPAddress.Loopback, false, 9092));
        options.FlushInterval.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Takes_what_it_is_told()
    {
        BrokerOptions options = BrokerOptions.Parse(
            ["--data", "d", "--port", "0", "--listen", "0.0.0.0", "--advertise", "log.example:29092", "--auto-create", "--fsync", "batch", "--partitions", "4"]).Options!;

        (options.AdvertisedHost, options.AdvertisedPort).ShouldBe(("log.example", 29092));
        (options.AutoCreate, options.DefaultPartitions).ShouldBe((true, 4));
        options.FlushInterval.ShouldBeNull();
    }

    [Theory]
    [InlineData("--port 1")]
    [InlineData("--data d")]
    [InlineData("--data d --port 70000")]
    [InlineData("--data d --port 1 --bogus 2")]
    [InlineData("--data d --port 1 --fsync never")]
    [InlineData("--data d --port")]
    public void Says_what_is_wrong(string arguments) => BrokerOptions.Parse(arguments.Split(' ')).Problem.ShouldNotBeNull();
}
