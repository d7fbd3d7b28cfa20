using System.Collections.Immutable;
using Agents.Descriptions;
using Agents.NodeAgent.Cri.Api;
using Agents.NodeAgent.Kubernetes;
using NodeAgent.Tests.Engines;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Cri;

/// <summary>What the CRI source makes of a runtime that tells of events.</summary>
public sealed class CriSourceTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeCri _runtime;

    public CriSourceTests() => _runtime = new FakeCri(_directory["cri.sock"]);

    [Fact]
    public async Task Takes_events_at_once_and_tells_nothing_twice_when_lists_say_the_same()
    {
        await _runtime.StartAsync();
        await using WatchedSource watched = WatchedSource.Cri(_directory["cri.sock"]);
        await watched.ConnectedAsync();
        await Eventually.TrueAsync(() => _runtime.IsListenedTo, "the source to listen");

        _runtime.Set("a", ContainerState.ContainerCreated);
        _runtime.Set("a", ContainerState.ContainerRunning);
        await watched.ActionsAsync("a", ContainerAction.Started);
        _runtime.Set("a", ContainerState.ContainerExited, exitCode: 3);
        await watched.ActionsAsync("a", ContainerAction.Died);
        _runtime.Remove("a");

        (await watched.ActionsAsync("a", ContainerAction.Removed)).Where(action => action != ContainerAction.Existing)
            .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
        ContainerRecord[] records = [.. watched.Sink.Of("a")];
        (records[0].Runtime, records[0].Spec!.Name).ShouldBe(("cri-o", "name-a"));
        records.Single(record => record.Action == ContainerAction.Died).ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task Describes_a_container_with_the_facts_of_its_pod_that_come_just_in_time()
    {
        await _runtime.StartAsync();
        var pods = new PodDirectory(TimeSpan.FromMinutes(1), TimeProvider.System);
        await using WatchedSource watched = WatchedSource.Cri(_directory["cri.sock"], pods: pods);
        await watched.ConnectedAsync();

        _runtime.Set("a", ContainerState.ContainerCreated);
        await pods.Wanted;
        var facts = new PodFacts("shop", "p", "u1", "Deployment", "web", "shopper");
        pods.Ask()([new PodDescription(facts, ImmutableSortedDictionary<string, string>.Empty, [], "")]);

        await Eventually.TrueAsync(() => watched.Sink.Of("a").Any(), "the container");
        watched.Sink.Of("a").First().Spec!.Pod.ShouldBe(facts);
    }

    [Fact]
    public async Task Sees_what_came_and_went_between_two_lists()
    {
        await _runtime.StartAsync();
        await using WatchedSource watched = WatchedSource.Cri(
            _directory["cri.sock"], options => options with { ListInterval = TimeSpan.FromHours(1) });
        await watched.ConnectedAsync();
        await Eventually.TrueAsync(() => _runtime.IsListenedTo, "the source to listen");

        _runtime.Set("short", ContainerState.ContainerCreated);
        _runtime.Set("short", ContainerState.ContainerRunning);
        _runtime.Set("short", ContainerState.ContainerExited);
        _runtime.Remove("short");

        (await watched.ActionsAsync("short", ContainerAction.Removed)).Where(action => action != ContainerAction.Existing)
            .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{} , \"status\": {}")]
    [InlineData("{\"runtimeSpec\":{\"ociVersion\":\"1\",\"process\":7}}")]
    public async Task Reports_a_container_whose_description_is_not_valid(string info)
    {
        _runtime.Info = info;
        await _runtime.StartAsync();
        await using WatchedSource watched = WatchedSource.Cri(_directory["cri.sock"]);
        await watched.ConnectedAsync();

        _runtime.Set("a", ContainerState.ContainerCreated);

        await Eventually.TrueAsync(() => watched.Sink.Of("a").Any(), "the container");
        (watched.Sink.Of("a").First().Spec?.Privileged.Value ?? false).ShouldBeFalse();
    }

    [Fact]
    public async Task Says_what_is_wrong_with_a_socket_that_is_absent()
    {
        await using WatchedSource watched = WatchedSource.Cri(_directory["absent.sock"]);

        await Eventually.TrueAsync(() => watched.Logger.Count(7033) == 1, "the source to say so");

        watched.Source.State.Detail.ShouldContain("--cri-socket");
    }

    public async ValueTask DisposeAsync()
    {
        await _runtime.DisposeAsync();
        _directory.Dispose();
    }
}
