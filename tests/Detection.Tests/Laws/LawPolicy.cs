using System.Collections.Immutable;
using Detection.Tests.Carriers;
using Detection.Tests.MaliciousProgram;
using Pipeline.Detection;
using Pipeline.Detection.AbnormalProcess;
using Pipeline.Domain.Kernel;

namespace Detection.Tests.Laws;

/// <summary>
/// The catalogue with everything in use that a site has to ask for: a policy under which a detector says nothing proves nothing of it.
/// </summary>
internal static class LawPolicy
{
    private static readonly ProcessEntry Shell = new() { Path = "/bin/sh", Sha256 = ProgramScript.Digest(1).ToString() };

    public static ImmutableArray<DetectorFactory> Detectors { get; } = Under(new WhitelistLearning
    {
        Enabled = true,
        ConfirmAutomatically = true,
        DurationSeconds = 3600,
    });

    /// <summary>Without learning, which joins what an image runs on every node of a partition.</summary>
    public static ImmutableArray<DetectorFactory> ByImage { get; } = Under(new WhitelistLearning());

    private static ImmutableArray<DetectorFactory> Under(WhitelistLearning learning) => UnderPolicy.Whole(
        new DetectionPolicy
        {
            AbnormalProcess = new AbnormalProcessPolicy
            {
                Whitelists =
                [
                    new() { Id = "all", Entries = [Shell, new() { Path = "/usr/sbin/nginx" }] },
                    new()
                    {
                        Id = "learns", Scope = WhitelistScope.Image, ScopeValue = "nginx:1.27", Entries = [Shell], Learning = learning,
                    },
                ],
            },
        },
        ProgramScript.Malware(2), ProgramScript.Malware(3));
}
