using Agents.Descriptions;
using Pipeline.Domain.Containers;
using static Descriptions.Tests.Reading;

namespace Descriptions.Tests;

public sealed class KubernetesTests
{
    private const string Head = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\n";

    [Fact]
    public void Finds_nothing_in_a_plain_pod() => Findings(Head + "spec: {containers: [{name: c, image: app}]}").ShouldBeEmpty();

    [Theory]
    [InlineData("initContainers")]
    [InlineData("ephemeralContainers")]
    public void Looks_at_init_and_ephemeral_containers(string list)
    {
        DescriptionResult[] results = Read(Head + $"spec: {{containers: [{{name: c}}], {list}: [{{name: other, securityContext: {{privileged: true}}}}]}}");

        results.Cast<Described>().ToDictionary(result => result.Spec.Name, result => Findings(result.Spec))
            .ShouldSatisfyAllConditions(found => found["c"].ShouldBeEmpty(), found => found["other"].ShouldBe(["privileged:true"]));
    }

    [Theory]
    [InlineData("securityContext: {seccompProfile: {type: Unconfined}}", "", "seccomp=unconfined")]
    [InlineData("", "securityContext: {seccompProfile: {type: Unconfined}}", "seccomp=unconfined")]
    [InlineData("securityContext: {seccompProfile: {type: Unconfined}}", "securityContext: {seccompProfile: {type: RuntimeDefault}}", "")]
    [InlineData("securityContext: {seccompProfile: {type: RuntimeDefault}}", "securityContext: {seccompProfile: {type: Unconfined}}", "seccomp=unconfined")]
    [InlineData("", "securityContext: {seccompProfile: {type: Localhost, localhostProfile: p.json}}", "")]
    [InlineData("", "securityContext: {allowPrivilegeEscalation: true}", "no-new-privileges:false")]
    [InlineData("", "securityContext: {allowPrivilegeEscalation: false}", "")]
    [InlineData("", "securityContext: {privileged: yes}", "privileged:true")]
    [InlineData("", "securityContext: {privileged: false}", "")]
    [InlineData("", "securityContext: {capabilities: {add: [NET_ADMIN, sys_admin], drop: [ALL]}}", "capabilities:[SYS_ADMIN,NET_ADMIN]")]
    [InlineData("", "securityContext: {capabilities: {add: [NET_RAW]}}", "")]
    [InlineData("hostPID: true, hostIPC: true, hostNetwork: true", "", "namespaces:[pid,ipc,network]")]
    [InlineData("hostPID: false", "", "")]
    [InlineData("os: {name: windows}", "securityContext: {privileged: true}", "")]
    [InlineData("nodeSelector: {kubernetes.io/os: windows}", "securityContext: {privileged: true}", "")]
    [InlineData("securityContext: {windowsOptions: {hostProcess: true}}", "securityContext: {privileged: true}", "privileged:true")]
    public void Combines_the_pod_with_the_container(string pod, string container, string expected) =>
        string.Join(' ', Findings(Head + $"spec: {{containers: [{{name: c{(container.Length > 0 ? ", " + container : "")}}}]{(pod.Length > 0 ? ", " + pod : "")}}}"))
            .ShouldBe(expected);

    [Theory]
    [InlineData("seccomp.security.alpha.kubernetes.io/pod: unconfined", "seccomp=unconfined")]
    [InlineData("seccomp.security.alpha.kubernetes.io/pod: runtime/default", "")]
    [InlineData("container.seccomp.security.alpha.kubernetes.io/c: unconfined", "seccomp=unconfined")]
    [InlineData("container.seccomp.security.alpha.kubernetes.io/other: unconfined", "")]
    [InlineData("container.seccomp.security.alpha.kubernetes.io/c: localhost/p.json, seccomp.security.alpha.kubernetes.io/pod: unconfined", "")]
    public void Reads_the_seccomp_annotations_of_old(string annotations, string expected) =>
        string.Join(' ', Findings($"apiVersion: v1\nkind: Pod\nmetadata:\n  annotations: {{{annotations}}}\nspec: {{containers: [{{name: c}}]}}")).ShouldBe(expected);

    [Fact]
    public void Keeps_what_nobody_asked_for_apart_from_what_somebody_did()
    {
        ContainerSpec spec = Spec(Head + "spec: {containers: [{name: c, securityContext: {privileged: false}}]}");

        spec.Privileged.ShouldBe(Setting.Explicit(false));
        spec.NoNewPrivileges.ShouldBe(Setting.Inherited(false));
        spec.Seccomp.ShouldBe(Setting.Inherited(SeccompProfile.Unconfined));
        spec.Capabilities.Basis.ShouldBe(Basis.Inherited);
    }

    [Fact]
    public void Finds_a_host_path_only_where_it_is_mounted()
    {
        const string Pod = Head + """
            spec:
              volumes:
              - name: host
                hostPath: {path: /etc}
              - name: conf
                configMap: {name: conf}
              containers:
              - name: bad
                volumeMounts:
                - {name: host, mountPath: /h, readOnly: true, mountPropagation: HostToContainer, subPath: kubernetes}
                - {name: conf, mountPath: /etc/config}
              - name: good
                volumeMounts:
                - {name: conf, mountPath: /etc/config}
            """;

        DescriptionResult[] results = Read(Pod);

        Findings(((Described)results[0]).Spec).ShouldBe(
            ["""mounts:[{"source":"/etc/kubernetes","destination":"/h","mode":"ro","propagation":"rslave","type":"bind"}]"""]);
        Findings(((Described)results[1]).Spec).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("apps/v1", "Deployment", "spec: {template: T}")]
    [InlineData("extensions/v1beta1", "Deployment", "spec: {template: T}")]
    [InlineData("apps/v1", "DaemonSet", "spec: {template: T}")]
    [InlineData("apps/v1", "StatefulSet", "spec: {template: T}")]
    [InlineData("apps/v1", "ReplicaSet", "spec: {template: T}")]
    [InlineData("batch/v1", "Job", "spec: {template: T}")]
    [InlineData("batch/v1", "CronJob", "spec: {jobTemplate: {spec: {template: T}}}")]
    [InlineData("v1", "ReplicationController", "spec: {template: T}")]
    public void Reads_the_template_of_each_workload(string version, string kind, string spec)
    {
        const string Template = "{metadata: {labels: {app: a}}, spec: {serviceAccountName: sa, hostPID: true, containers: [{name: c, image: 'app@sha256:00'}]}}";

        Described described = Read($"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: w, namespace: shop}}\n{spec.Replace("T}", Template + "}", StringComparison.Ordinal)}")
            .ShouldHaveSingleItem().ShouldBeOfType<Described>();

        described.Kind.ShouldBe(kind);
        described.Spec.Format.ShouldBe(kind.ToLowerInvariant());
        described.Spec.ImageDigest.ShouldBe("sha256:00");
        described.Spec.Labels["app"].ShouldBe("a");
        described.Spec.Pod.ShouldBe(new PodFacts("shop", "", "", kind, "w", "sa"));
        Findings(described.Spec).ShouldBe(["namespaces:[pid]"]);
    }

    [Fact]
    public void Names_the_owner_of_a_pod_where_the_cluster_wrote_it_down() =>
        Spec("apiVersion: v1\nkind: Pod\nmetadata: {name: p, uid: u, ownerReferences: [{kind: DaemonSet, name: d}]}\nspec: {containers: [{name: c}]}")
            .Pod.ShouldBe(new PodFacts("", "p", "u", "DaemonSet", "d", ""));

    [Fact]
    public void Counts_objects_without_containers_and_custom_resources_apart()
    {
        DescriptionResult[] results = Read("""
            # services first
            apiVersion: v1
            kind: Service
            spec: {ports: []}
            ---
            apiVersion: batch.example.com/v1
            kind: Job
            spec: {tasks: []}
            ---
            ---
            apiVersion: v1
            kind: Pod
            spec: {containers: [{name: c}]}
            ...
            """);

        results[..2].ShouldBe([new NotAContainer(1, "Service"), new NotAContainer(2, "Job")]);
        results[2].ShouldBeOfType<Described>().Document.ShouldBe(4);
        results.Length.ShouldBe(3);
    }

    [Theory]
    [InlineData("List", "apiVersion: v1, kind: Pod, ")]
    [InlineData("PodList", "")]
    public void Reads_the_items_of_lists_each_for_itself(string kind, string head)
    {
        DescriptionResult[] results = Read($$"""
            apiVersion: v1
            kind: {{kind}}
            items:
            - { {{head}} spec: {containers: [{name: a}]} }
            - { {{head}} spec: {containers: 5} }
            - { {{head}} spec: {containers: [{name: b}]} }
            """);

        results.Select(result => result is Described described ? described.Spec.Name : ((Unreadable)result).Path).ShouldBe(["a", "items[1].spec.containers", "b"]);
        results.ShouldAllBe(result => result.Document == 1);
    }

    [Fact]
    public void Reads_json_objects_as_well() =>
        Findings("""{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"c","securityContext":{"privileged":true}}]}}""").ShouldBe(["privileged:true"]);

    [Fact]
    public void Follows_anchors_and_merge_keys() =>
        Read(Head + """
            spec:
              containers:
              - &base
                name: a
                securityContext: &power {privileged: true}
              - {<<: *base, name: b}
              - name: c
                securityContext: {<<: *power, privileged: false}
            """).Cast<Described>().Select(result => (result.Spec.Name, result.Spec.Privileged.Value)).ShouldBe([("a", true), ("b", true), ("c", false)]);
}
