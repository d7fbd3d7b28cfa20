using Agents.NodeAgent.Kubernetes;
using NodeAgent.Tests.Docker;
using Pipeline.Domain.Containers;
using Testing;

namespace NodeAgent.Tests.Kubernetes;

/// <summary>Facts of pods, asked of a server over HTTPS.</summary>
public sealed class PodSourceTests
{
    private const string WebPod = """
        {"metadata":{"name":"web-7d9f-abc","namespace":"shop","uid":"u1","labels":{"app":"web","pod-template-hash":"7d9f"},
        "ownerReferences":[{"kind":"ReplicaSet","name":"web-7d9f","controller":true}]},
        "spec":{"serviceAccountName":"shopper"},"status":{"containerStatuses":[{"containerID":"containerd://c1"}]}}
        """;

    [Fact]
    public async Task Joins_owner_account_and_labels_by_the_pods_uid_and_by_the_containers_id()
    {
        await using TestKubelet kubelet = await TestKubelet.StartAsync();
        kubelet.Pods = $$"""{"kind":"PodList","items":[{{WebPod}}]}""";
        await using var watched = new Watched(Options(kubelet));
        await watched.StateAsync("connected");

        ContainerSpec byUid = await JoinAsync(watched, "other", Spec("u1"));
        ContainerSpec byId = await JoinAsync(watched, "c1", Spec(""));

        byUid.Pod.ShouldBe(new PodFacts("shop", "web-7d9f-abc", "u1", "Deployment", "web", "shopper"));
        byUid.Labels["app"].ShouldBe("web");
        byUid.Labels["own"].ShouldBe("1");
        byId.Pod.ShouldBe(byUid.Pod);
    }

    [Fact]
    public async Task Asks_at_once_for_a_pod_that_is_not_known_yet()
    {
        await using TestKubelet kubelet = await TestKubelet.StartAsync();
        await using var watched = new Watched(Options(kubelet));
        await watched.StateAsync("connected");

        kubelet.Pods = $$"""{"kind":"PodList","items":[{{WebPod}}]}""";
        ContainerSpec joined = await JoinAsync(watched, "c9", Spec("u1"));

        joined.Pod!.ServiceAccount.ShouldBe("shopper");
        kubelet.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task Leaves_a_description_as_it_is_when_nobody_knows_its_pod()
    {
        await using TestKubelet kubelet = await TestKubelet.StartAsync();
        await using var watched = new Watched(Options(kubelet));
        await watched.StateAsync("connected");

        ContainerSpec alone = Spec("");
        (await JoinAsync(watched, "c1", alone)).ShouldBeSameAs(alone);
        ContainerSpec unknown = Spec("u9");
        (await JoinAsync(watched, "c1", unknown)).ShouldBeSameAs(unknown);
    }

    [Fact]
    public async Task Asks_the_api_server_for_the_pods_of_this_node_only()
    {
        await using TestKubelet kubelet = await TestKubelet.StartAsync();
        await using var watched = new Watched(Options(kubelet) with { Pods = KubernetesOptions.OfApiServer(kubelet.Address, "node 1") });

        await watched.StateAsync("connected");

        kubelet.Query.ShouldBe("?fieldSelector=spec.nodeName%3Dnode%201");
    }

    [Theory]
    [InlineData("no token", "403")]
    [InlineData("no ca", "certificate")]
    [InlineData("bad token", "does not hold a token")]
    [InlineData("garbage", "not a list of pods")]
    [InlineData("huge", "larger than 1000 bytes")]
    public async Task Says_once_why_there_are_no_facts_and_never_the_token(string trouble, string said)
    {
        await using TestKubelet kubelet = await TestKubelet.StartAsync();
        KubernetesOptions options = Options(kubelet);
        if (trouble == "no token") options = options with { TokenFile = "" };
        if (trouble == "no ca") options = options with { CaFile = "" };
        if (trouble == "bad token") File.WriteAllText(kubelet.TokenFile, $"{TestKubelet.Token}\nsecond line");
        if (trouble == "garbage") kubelet.Pods = "<html>";
        if (trouble == "huge") (kubelet.Pods, options) = (new string(' ', 2000), options with { ListBytes = 1000 });
        await using var watched = new Watched(options);

        await Eventually.TrueAsync(() => watched.Logger.Count(7038) == 1, "the source to say so");

        watched.Source.State.Detail.ShouldContain(said);
        watched.Logger.Texts.ShouldNotContain(text => text.Contains(TestKubelet.Token, StringComparison.Ordinal));
        watched.Source.State.Detail.ShouldNotContain(TestKubelet.Token);
    }

    private static KubernetesOptions Options(TestKubelet kubelet) => new()
    {
        Pods = KubernetesOptions.OfKubelet(kubelet.Address),
        TokenFile = kubelet.TokenFile,
        CaFile = kubelet.CaFile,
        LeastPause = TimeSpan.FromMilliseconds(1),
    };

    private static ContainerSpec Spec(string uid) => new()
    {
        Name = "c",
        Pod = uid.Length == 0 ? null : new PodFacts("shop", "p", uid, "", "", ""),
        Labels = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("own", "1"),
    };

    private static async Task<ContainerSpec> JoinAsync(Watched watched, string id, ContainerSpec spec) =>
        await watched.Source.Directory.JoinAsync(id, spec, TestContext.Current.CancellationToken);

    /// <summary>The source at work.</summary>
    private sealed class Watched : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Watched(KubernetesOptions options)
        {
            Source = new PodSource(options, TimeProvider.System, Logger);
            _running = Source.RunAsync(new RecordingSink(), _stop.Token);
        }

        public PodSource Source { get; }

        public ListLogger Logger { get; } = new();

        public Task StateAsync(string state) => Eventually.TrueAsync(() => Source.State.State == state, $"the source to be {state}");

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}
