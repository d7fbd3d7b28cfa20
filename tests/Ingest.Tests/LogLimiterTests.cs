using Microsoft.Extensions.Time.Testing;
using Pipeline.Ingest;

namespace Ingest.Tests;

public sealed class LogLimiterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Lets_each_kind_through_once_a_minute_and_counts_the_rest()
    {
        var limiter = new LogLimiter<string>(_time);

        limiter.Lets("a", out _).ShouldBeTrue();
        limiter.Lets("b", out _).ShouldBeTrue();
        limiter.Lets("a", out _).ShouldBeFalse();
        limiter.Lets("a", out _).ShouldBeFalse();
        _time.Advance(TimeSpan.FromMinutes(1));
        limiter.Lets("a", out long heldBack).ShouldBeTrue();

        heldBack.ShouldBe(2);
    }
}
