using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace NodeAgent.Tests;

/// <summary>Keeps what is said, for the tests that are about it.</summary>
internal sealed class ListLogger : ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

    public IEnumerable<string> Texts => _lines.Select(line => line.Text);

    public int Count(int eventId) => _lines.Count(line => line.Id == eventId);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId.Id, formatter(state, exception) + exception));
}
