using System.Text.RegularExpressions;
using Agents.Descriptions;
using Pipeline.Domain.Containers;
using Testing;

namespace Descriptions.Tests;

/// <summary>
/// Real descriptions of other projects, read in place. What to expect follows from the labels in their names as far as those mean the same as our checks: privileged,
/// an explicit seccomp profile, an explicit allowPrivilegeEscalation.
/// </summary>
public sealed partial class FixtureTests
{
    [Theory]
    [InlineData("baseline")]
    [InlineData("restricted")]
    public void Finds_nothing_in_pods_that_pass_pod_security(string level)
    {
        foreach (string file in Files($"FX03_psa/{level}/pass", "*.yaml"))
        {
            foreach (ContainerSpec spec in Specs(file)) Reading.Findings(spec).ShouldBeEmpty(file);
        }
    }

    [Theory]
    [InlineData("privileged", "privileged:true")]
    [InlineData("seccompprofile_baseline", "seccomp=unconfined")]
    [InlineData("hostnamespaces", "namespaces:")]
    public void Finds_what_fails_pod_security_at_both_levels(string label, string content)
    {
        string[] files = [.. Files("FX03_psa/baseline/fail", $"{label}*.yaml"), .. Files("FX03_psa/restricted/fail", $"{label}*.yaml")];

        files.ShouldNotBeEmpty();
        foreach (string file in files) Specs(file).SelectMany(Reading.Findings).ShouldContain(found => found.StartsWith(content, StringComparison.Ordinal), file);
    }

    [Fact]
    public void Finds_privilege_escalation_where_it_is_asked_for_and_not_where_it_is_a_default()
    {
        string[] files = [.. Files("FX03_psa/restricted/fail", "allowprivilegeescalation*.yaml")];

        files.ShouldNotBeEmpty();
        foreach (string file in files)
        {
            bool asked = File.ReadAllText(file).Contains("allowPrivilegeEscalation: true", StringComparison.Ordinal);
            Specs(file).SelectMany(Reading.Findings).ShouldBe(asked ? ["no-new-privileges:false"] : [], file);
        }
    }

    [Fact]
    public void Finds_nothing_in_pods_that_fail_for_reasons_of_their_own()
    {
        string[] ours = ["privileged", "seccompprofile_baseline", "hostnamespaces", "allowprivilegeescalation", "windowshostprocess", "seccompprofile_restricted"];
        foreach (string file in Files("FX03_psa", "*.yaml", SearchOption.AllDirectories).Where(file => !ours.Any(Path.GetFileName(file)!.StartsWith)))
        {
            foreach (ContainerSpec spec in Specs(file)) Reading.Findings(spec).ShouldBeEmpty(file);
        }
    }

    [Theory]
    [InlineData("privileged-containers", "privileged:true")]
    [InlineData("seccomp", "seccomp=unconfined")]
    [InlineData("seccompv2/psp-seccomp-baseline", "seccomp=unconfined")]
    [InlineData("allow-privilege-escalation", "no-new-privileges:false")]
    [InlineData("capabilities", "capabilities:[SYS_ADMIN]")]
    [InlineData("host-namespaces", "namespaces:[pid,ipc]")]
    public void Agrees_with_the_labels_of_policy_samples(string folder, string content)
    {
        string[] files = [.. Files($"FX04_gatekeeper/{folder}", "*.yaml", SearchOption.AllDirectories)];

        foreach (string file in files)
        {
            string name = Path.GetFileName(file);

            // A sample that is exempt, or of a profile that a site does not list, is of that site's policy.
            if (name.Contains("exempt", StringComparison.Ordinal) || name.Contains("disallowed_localhost", StringComparison.Ordinal)) continue;
            if (name.Contains("disallowed", StringComparison.Ordinal)) Specs(file).SelectMany(Reading.Findings).Distinct().ShouldBe([content], file);
            else if (name.Contains("allowed", StringComparison.Ordinal) || name.Contains("drop_all", StringComparison.Ordinal)) Specs(file).SelectMany(Reading.Findings).ShouldBeEmpty(file);
            else Read(file).ShouldAllBe(result => result is NotAContainer, file);
        }
    }

    [Theory]
    [InlineData("docker/container_config_1_24.json", "docker", "capabilities:[NET_ADMIN]")]
    [InlineData("docker/inspect-one-two.json", "docker", "seccomp=unconfined namespaces:[network,uts] privileged:true")]
    [InlineData("cri/container_config.json", "cri", "seccomp=unconfined")]
    [InlineData("cri/container_config_ping.json", "cri", "privileged:true")]
    [InlineData("cri/container_config_privileged.v1.json", "cri", "privileged:true")]
    [InlineData("cri/container_redis.json", "cri", "capabilities:[SYS_ADMIN] seccomp=unconfined")]
    [InlineData("cri/container_redis_default_mounts.v1.json", "cri", "capabilities:[SYS_ADMIN] seccomp=unconfined")]
    [InlineData("cri/container_sleep.json", "cri", "seccomp=unconfined")]
    [InlineData("cri/sandbox_config.json", "cri", "")]
    [InlineData("cri/sandbox_config_privileged.v1.json", "cri", "")]
    [InlineData("oci/config.clone3.json", "oci", "")]
    [InlineData("oci/config.json", "oci", "seccomp=unconfined")]
    [InlineData("oci/spec-example.json", "oci", "")]
    [InlineData("oci/test_spec.json", "oci", "seccomp=unconfined")]
    [InlineData("oci/checkpointctl-data-spec.dump", "oci", "")]
    public void Reads_the_descriptions_of_engines_and_runtimes(string file, string kind, string findings)
    {
        Described[] described = [.. Read(Fixture($"FX05_container-specs/{file}")).Cast<Described>()];

        described.ShouldAllBe(result => result.Kind == kind);
        string.Join(' ', described.SelectMany(result => Reading.Findings(result.Spec))).ShouldBe(findings);
    }

    [Fact]
    public void Refuses_checkpoint_notes_that_describe_no_container() =>
        Read(Fixture("FX05_container-specs/oci/checkpointctl-list_config_spec.dump-config.dump")).ShouldHaveSingleItem().ShouldBeOfType<Unreadable>();

    /// <summary>The same pod as Kubernetes, podman and the OCI runtime spell it.</summary>
    [Fact]
    public void Agrees_on_one_pod_in_three_spellings()
    {
        string[] inspections = [.. Files("FX10_podman-inspect-of-psa", "*.inspect.json")];

        inspections.ShouldNotBeEmpty();
        foreach (string inspection in inspections)
        {
            Match name = Naming().Match(Path.GetFileName(inspection));
            string pod = Fixture($"FX03_psa/{name.Groups["level"]}/{name.Groups["verdict"]}/{name.Groups["pod"]}.yaml");
            ContainerSpec[] asked = Specs(pod);
            ContainerSpec[] inspected = Specs(inspection);
            ContainerSpec[] resolved = [.. Enumerable.Range(0, asked.Length).SelectMany(i => Specs(inspection.Replace(".inspect.json", $".{i}.config.json", StringComparison.Ordinal)))];

            for (int i = 0; i < asked.Length; i++)
            {
                inspected[i].Name.ShouldBe($"{name.Groups["pod"]}-{asked[i].Name}");
                (string Said, bool NoNewPrivileges) expected = Comparable(asked[i]);
                Comparable(inspected[i]).ShouldBe(expected, inspection);
                Comparable(resolved[i]).ShouldBe(expected, inspection);
            }
        }
    }

    /// <summary>What all three can tell: not who asked for no-new-privileges, seccomp or the host's namespaces.</summary>
    private static (string Said, bool NoNewPrivileges) Comparable(ContainerSpec spec)
    {
        IEnumerable<string> said = Reading.Findings(spec).Where(found => found.StartsWith("privileged", StringComparison.Ordinal)
            || found.StartsWith("capabilities", StringComparison.Ordinal) || found.StartsWith("mounts", StringComparison.Ordinal));
        return (string.Join(' ', said), spec.NoNewPrivileges.Value);
    }

    [GeneratedRegex(@"_(?<level>baseline|restricted)_v[\d.]+_(?<verdict>pass|fail)_(?<pod>.+)\.inspect\.json$")]
    private static partial Regex Naming();

    private static string Fixture(string path)
    {
        Assert.SkipUnless(Repository.Fixtures is not null, "the fixtures folder is not beside the repository (PIPELINE_FIXTURES)");
        return Path.Combine(Repository.Fixtures!, path);
    }

    private static IEnumerable<string> Files(string folder, string pattern, SearchOption depth = SearchOption.TopDirectoryOnly) =>
        Directory.EnumerateFiles(Fixture(folder), pattern, depth).Order(StringComparer.Ordinal);

    private static DescriptionResult[] Read(string file) => [.. ContainerDescriptions.Read(File.ReadAllBytes(file))];

    private static ContainerSpec[] Specs(string file) => [.. Read(file).Select(result => result.ShouldBeOfType<Described>(file).Spec)];
}
