using Microsoft.Extensions.Logging;

namespace Ingest.Tests.Kit;

/// <summary>Throws when a certain message is logged, some times: a failure inside code that otherwise never fails.</summary>
internal sealed class FailingLoggers(string failWhen, int times) : ILoggerFactory, ILogger
{
    private int _left = times;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name == failWhen && Interlocked.Decrement(ref _left) >= 0) throw new InvalidOperationException("wanted by the test");
    }

    public void Dispose()
    {
    }
}
