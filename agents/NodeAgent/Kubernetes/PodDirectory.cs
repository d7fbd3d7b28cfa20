using System.Collections.Frozen;
using Agents.Descriptions;
using Agents.NodeAgent.Engines;
using Pipeline.Domain.Containers;

namespace Agents.NodeAgent.Kubernetes;

/// <summary>
/// The pods of this node as Kubernetes knows them, to be joined to containers by the uid that the kubelet writes on them, or else by their
/// id. Safe from
/// any thread.
/// </summary>
internal sealed class PodDirectory(TimeSpan patience, TimeProvider time)
{
    private readonly Lock _gate = new();
    private volatile Pods _pods = Pods.None;
    private TaskCompletionSource _nextAnswer = New();
    private TaskCompletionSource _wanted = New();

    public int Count => _pods.Count;

    /// <summary>Completes when somebody needs a pod that is not known.</summary>
    public Task Wanted
    {
        get
        {
            lock (_gate) return _wanted.Task;
        }
    }

    /// <summary>
    /// Notes that the question is asked now, for all who waited for it; who comes later needs another, since this one's answer may be older
    /// than what they
    /// look for. The function takes the answer, null for none: what was known stays.
    /// </summary>
    public Action<IReadOnlyList<PodDescription>?> Ask()
    {
        TaskCompletionSource answered;
        lock (_gate)
        {
            answered = _nextAnswer;
            (_nextAnswer, _wanted) = (New(), New());
        }

        return pods =>
        {
            if (pods is not null) _pods = Pods.Of(pods);
            answered.SetResult();
        };
    }

    /// <summary>
    /// The description with its pod's facts. A container whose pod is not known yet waits for the next answer, within bounds; the kubelet
    /// knows a pod before
    /// its containers are made.
    /// </summary>
    public async ValueTask<ContainerSpec> JoinAsync(string containerId, ContainerSpec spec, CancellationToken cancellation)
    {
        string uid = spec.Pod?.PodUid ?? "";
        if (_pods.Find(uid, containerId) is { } known) return With(spec, known);
        if (uid.Length == 0) return spec;
        await NextAnswerAsync(cancellation);
        return _pods.Find(uid, containerId) is { } found ? With(spec, found) : spec;
    }

    private async Task NextAnswerAsync(CancellationToken cancellation)
    {
        Task answered;
        lock (_gate)
        {
            answered = _nextAnswer.Task;
            _wanted.TrySetResult();
        }

        try
        {
            await answered.WaitAsync(patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            // It is told without; the announcement of all containers brings the facts later.
        }
    }

    private static ContainerSpec With(ContainerSpec spec, PodDescription pod) => spec with
    {
        // Static pods have another uid in the API server than on their containers, which is the one to go by on the node.
        Pod = spec.Pod is { PodUid: { Length: > 0 } uid } ? pod.Facts with { PodUid = uid } : pod.Facts,
        Labels = BoundedText.Labels(spec.Labels, pod.Labels),
    };

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Pods(
        FrozenDictionary<string, PodDescription> byUid, FrozenDictionary<string, PodDescription> byContainer, int count)
    {
        public static readonly Pods None = Of([]);

        public int Count => count;

        public static Pods Of(IReadOnlyList<PodDescription> pods)
        {
            var byUid = new Dictionary<string, PodDescription>(StringComparer.Ordinal);
            var byContainer = new Dictionary<string, PodDescription>(StringComparer.Ordinal);
            foreach (PodDescription pod in pods)
            {
                byUid[pod.Facts.PodUid] = pod;
                if (pod.ConfigUid.Length > 0) byUid.TryAdd(pod.ConfigUid, pod);
                foreach (string id in pod.ContainerIds) byContainer[id] = pod;
            }

            return new Pods(
                byUid.ToFrozenDictionary(StringComparer.Ordinal), byContainer.ToFrozenDictionary(StringComparer.Ordinal), pods.Count);
        }

        public PodDescription? Find(string uid, string containerId) =>
            byUid.GetValueOrDefault(uid) ?? byContainer.GetValueOrDefault(containerId);
    }
}
