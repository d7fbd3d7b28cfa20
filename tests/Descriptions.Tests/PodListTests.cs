using System.Text;
using Agents.Descriptions;
using Pipeline.Domain.Containers;

namespace Descriptions.Tests;

public sealed class PodListTests
{
    [Fact]
    public void Reads_owner_account_labels_and_containers_of_each_pod()
    {
        PodDescription pod = Read("""
            {"kind":"PodList","items":[{"metadata":{"name":"web-5d-x","namespace":"shop","uid":"u1","labels":{"app":"web"},
              "ownerReferences":[{"kind":"Other","name":"o"},{"kind":"StatefulSet","name":"web","controller":true}]},
             "spec":{"serviceAccountName":"shopper","containers":[]},
             "status":{"initContainerStatuses":[{"containerID":"cri-o://i1"}],
              "containerStatuses":[{"containerID":"containerd://c1"},{"name":"waiting"}]}}]}
            """).ShouldNotBeNull().Single();

        pod.Facts.ShouldBe(new PodFacts("shop", "web-5d-x", "u1", "StatefulSet", "web", "shopper"));
        pod.Labels["app"].ShouldBe("web");
        pod.ContainerIds.ShouldBe(["i1", "c1"]);
    }

    [Theory]
    [InlineData("ReplicaSet", "web-7d9f", "7d9f", "Deployment", "web")]
    [InlineData("ReplicaSet", "web-7d9f", "other", "ReplicaSet", "web-7d9f")]
    [InlineData("ReplicaSet", "web", "web", "ReplicaSet", "web")]
    [InlineData("Job", "nightly-29123456", "", "CronJob", "nightly")]
    [InlineData("Job", "nightly-2912345", "", "Job", "nightly-2912345")]
    [InlineData("DaemonSet", "agent-7d9f", "7d9f", "DaemonSet", "agent-7d9f")]
    public void Names_the_workload_that_people_know(string kind, string name, string hash, string ownerKind, string owner)
    {
        PodDescription pod = Read($$"""
            {"items":[{"metadata":{"name":"p","uid":"u","labels":{"pod-template-hash":"{{hash}}"},
              "ownerReferences":[{"kind":"{{kind}}","name":"{{name}}"}]} }]}
            """).ShouldNotBeNull().Single();

        (pod.Facts.WorkloadKind, pod.Facts.WorkloadName).ShouldBe((ownerKind, owner));
    }

    [Fact]
    public void Knows_a_static_pod_by_the_uid_that_its_containers_carry()
    {
        const string Mirror = """{"items":[{"metadata":{"name":"p","uid":"u","annotations":{"kubernetes.io/config.mirror":"h"}}}]}""";

        PodDescription pod = Read(Mirror).ShouldNotBeNull().Single();

        (pod.ConfigUid, pod.Facts.WorkloadKind, pod.Facts.WorkloadName).ShouldBe(("h", "Pod", "p"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"items\":7}")]
    public void Gives_nothing_for_what_is_no_list(string text) => Read(text).ShouldBeNull();

    [Fact]
    public void Leaves_out_pods_that_are_not_valid_and_those_beyond_the_bound()
    {
        Read("""
            {"items":[7,{"metadata":{"name":"p"}},{"metadata":{"name":7,"uid":"u"}},{"metadata":{"name":"good","uid":"u","labels":{"a":7}}}]}
            """)!.Select(pod => pod.Facts.Pod).ShouldBe(["good"]);
        string many = string.Join(',', Enumerable.Range(0, 20).Select(i => $$$"""{"metadata":{"name":"p{{{i}}}","uid":"u{{{i}}}"}}"""));
        Read($$"""{"items":[{{many}}]}""")!.Count.ShouldBe(10);
        string longest = new('x', 5000);
        Read($$$$"""
            {"items":[{"metadata":{"name":"{{{{longest}}}}","uid":"u"}},{"metadata":{"name":"p","uid":"u","labels":{"a":"{{{{longest}}}}","b":"1"}}}]}
            """)!.Single().Labels.Keys.ShouldBe(["b"]);
        Read("""{"kind":"PodList","items":null}""").ShouldBeEmpty();
    }

    private static IReadOnlyList<PodDescription>? Read(string json) => PodList.Read(Encoding.UTF8.GetBytes(json), mostPods: 10);
}
