using System.Diagnostics;

using Xunit;

namespace Testing;

/// <summary>The one way to wait in tests: for a condition, with a deadline that says what was last seen. A deadline is missing evidence, not a measurement.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until <paramref name="good"/> likes the answer; fails with the last answer after the deadline.</summary>
    /// <param name="context">What else the message of the failure should hold, such as a process's output by then.</param>
    public static async Task<T> GetAsync<T>(Func<Task<T>> ask, Func<T, bool> good, string what, TimeSpan? deadline = null, Func<string>? context = null)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            T answer = await ask();
            if (good(answer)) return answer;
            if (clock.Elapsed > (deadline ?? Deadline)) throw new TimeoutException($"Waited {clock.Elapsed.TotalSeconds:F0} s for {what}; last seen: {Show(answer)}\n{context?.Invoke()}");
            await Task.Delay(Pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public static Task TrueAsync(Func<Task<bool>> ask, string what, TimeSpan? deadline = null) => GetAsync(ask, good => good, what, deadline);

    public static Task TrueAsync(Func<bool> ask, string what, TimeSpan? deadline = null) => TrueAsync(() => Task.FromResult(ask()), what, deadline);

    private static string Show<T>(T answer) => answer is System.Collections.IEnumerable items and not string ? $"[{string.Join("; ", items.Cast<object>())}]" : $"{answer}";
}
