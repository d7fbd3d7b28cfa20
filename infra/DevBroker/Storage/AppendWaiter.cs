namespace DevBroker.Storage;

/// <summary>Lets one fetch wait for the next append to any of several partitions. Thread-safe.</summary>
internal sealed class AppendWaiter
{
    private readonly TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Signalled => _signal.Task;

    public void Signal() => _signal.TrySetResult();
}
