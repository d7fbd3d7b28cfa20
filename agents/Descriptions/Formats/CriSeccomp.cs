using Agents.Descriptions.Trees;
using Pipeline.Domain.Containers;

namespace Agents.Descriptions.Formats;

/// <summary>The seccomp fields of a CRI security context, the profile and the deprecated path before it.</summary>
internal static class CriSeccomp
{
    /// <param name="madeByKubelet">The kubelet fills the field in for every pod, so that "unconfined" from it was not necessarily asked
    /// for.</param>
    public static Setting<SeccompProfile> Read(Cursor context, bool madeByKubelet)
    {
        SeccompProfile? stated = context["seccomp"].Exists
            ? Type(context["seccomp"].Either("profile_type", "profileType"))
            : Path(context.Either("seccomp_profile_path", "seccompProfilePath"));
        if (stated is null || (stated == SeccompProfile.Unconfined && madeByKubelet)) return Setting.Inherited(SeccompProfile.Unconfined);
        return Setting.Explicit(stated.Value);
    }

    private static SeccompProfile Type(Cursor type)
    {
        switch (type.Symbol())
        {
            case "" or "0" or "RuntimeDefault":
                return SeccompProfile.Default;
            case "1" or "Unconfined":
                return SeccompProfile.Unconfined;
            case "2" or "Localhost":
                return SeccompProfile.Localhost;
            default:
                type.Report("not a seccomp profile type: RuntimeDefault (0), Unconfined (1) or Localhost (2)");
                return SeccompProfile.Default;
        }
    }

    private static SeccompProfile? Path(Cursor path) => path.Text() switch
    {
        "" => null,
        "unconfined" => SeccompProfile.Unconfined,
        "runtime/default" or "docker/default" => SeccompProfile.Default,
        _ => SeccompProfile.Localhost,
    };
}
