namespace Agents.NodeAgent.Sources;

/// <summary>
/// Work with a thread of its own, because it blocks, or because it wakes so often that the thread pool's way of waking (a timer
/// thread, a worker, its spinning before it sleeps again) would cost more than the work.
/// </summary>
internal static class OwnThread
{
    /// <summary>Runs <paramref name="work"/> to its end; the task ends as it does, cancelled when it throws the cancellation.</summary>
    public static Task RunAsync(string name, Action work, CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Run(work, ended, cancellation)) { Name = name, IsBackground = true };
        thread.Start();
        return ended.Task;
    }

    private static void Run(Action work, TaskCompletionSource ended, CancellationToken cancellation)
    {
        try
        {
            work();
            ended.SetResult();
        }
        catch (OperationCanceledException)
        {
            ended.SetCanceled(cancellation);
        }
        catch (Exception fault)
        {
            ended.SetException(fault);
        }
    }
}
