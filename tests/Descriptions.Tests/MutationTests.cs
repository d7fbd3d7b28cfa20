using System.Diagnostics;
using System.Text;
using Agents.Descriptions;
using Pipeline.Detection.AbnormalStartup;

namespace Descriptions.Tests;

/// <summary>Valid descriptions with random damage: whatever comes of it, it is a result, soon, and the checks can judge it.</summary>
public sealed class MutationTests
{
    private const int Seed = 20260;
    private const int Mutations = 20_000;

    /// <summary>Thousands of times what a description of this size takes: it is a hang that must not be, not slowness.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(10);

    private static readonly byte[][] Seeds =
    [
        .. new[]
        {
            Docker.Inspect("\"SecurityOpt\": [\"seccomp=unconfined\",\"no-new-privileges:false\"], \"Binds\": [\"/etc:/e:ro\"]", Docker.Volume("/etc", "/e")),
            """
            {"ociVersion":"1.1.0","hostname":"h","process":{"args":["sh"],"user":{"uid":0,"gid":0},"capabilities":{"bounding":["CAP_SYS_ADMIN"]},"noNewPrivileges":false},
             "mounts":[{"destination":"/h","type":"bind","source":"/boot","options":["rbind","ro"]}],
             "linux":{"namespaces":[{"type":"pid"},{"type":"network","path":"/proc/1/ns/net"}],"resources":{"devices":[{"allow":true,"access":"rwm"}]},"maskedPaths":[]}}
            """,
            """
            {"status":{"metadata":{"name":"c"},"image":{"image":"app:1"}},"info":{"config":{"metadata":{"name":"c"},"image":{"image":"a"},"mounts":[{"host_path":"/etc","propagation":1}],
             "linux":{"security_context":{"privileged":true,"seccomp":{"profile_type":1},"namespace_options":{"pid":2},"capabilities":{"add_capabilities":["ALL"]}}}},"runtimeSpec":{"ociVersion":"1","linux":{}}}}
            """,
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: p
              annotations: {seccomp.security.alpha.kubernetes.io/pod: unconfined}
            spec:
              hostPID: true
              volumes: [{name: v, hostPath: {path: /etc}}]
              initContainers:
              - &base {name: a, image: "x@sha256:00", securityContext: {privileged: yes}}
              containers:
              - {<<: *base, name: b, args: ['1', "2\n"]}
              - name: c
                command:
                - |
                  echo
                securityContext: {capabilities: {add: [SYS_ADMIN]}, seccompProfile: {type: Unconfined}}
                volumeMounts: [{name: v, mountPath: /h, subPath: k}]
            ---
            {"apiVersion":"v1","kind":"List","items":[{"apiVersion":"batch/v1","kind":"CronJob","spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"d"}]}}}}}}]}
            """,
        }.Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>Pieces that mean something to a parser.</summary>
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "{", "}", "[", "]", ":", ",", "\"", "'", "\\", "\\u", "\\ud800", "null", "true", "~", "-", "- ", "---", "\n---\n", "\n...\n", "\t", "\n", "\r", "#", "&a", "*a", "<<: ", "? ",
            "| ", "> ", "|9", "!!", "!<", "!t ", "%YAML 1.2\n", "%", "@", "`", "\0", "\u2028", "\uFEFF", "1e999", "-", "0x", "99999999999999999999", "[[[[[[[[", "{{{{{{{{", "&a &b", "*", "&",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80],
    ];

    [Fact]
    public void Gives_a_result_for_every_damaged_description()
    {
        var random = new Random(Seed);
        for (int i = 0; i < Mutations; i++)
        {
            byte[] damaged = Damage(Seeds[i % Seeds.Length], random);
            long began = Stopwatch.GetTimestamp();
            try
            {
                foreach (DescriptionResult result in ContainerDescriptions.Read(damaged))
                {
                    if (result is Described described) StartupChecks.Evaluate(described.Spec, StartupPolicy.Default);
                }

                DockerInspect.Parse(damaged);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Mutation {i} of seed {Seed}: {Convert.ToBase64String(damaged)}", e);
            }

            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Hang, $"mutation {i} of seed {Seed}");
        }
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        var bytes = new List<byte>(original);
        for (int count = random.Next(1, 5); count > 0; count--)
        {
            int at = random.Next(bytes.Count + 1);
            int length = Math.Min(random.Next(1, 24), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }
}
