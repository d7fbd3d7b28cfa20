using Agents.Descriptions.Trees;
using Pipeline.Domain.Containers;

namespace Agents.Descriptions.Formats;

/// <summary>
/// Which seccomp profile a container of a pod gets: its own field, its annotation, the pod's field, the pod's annotation, in this order,
/// as the kubelet looked for them while it knew both. Without any of them the cluster's default applies, which is no filter unless the
/// kubelet is told otherwise.
/// </summary>
internal sealed class KubernetesSeccomp(Cursor annotations, Cursor podContext)
{
    private const string PodAnnotation = "seccomp.security.alpha.kubernetes.io/pod";
    private const string ContainerAnnotation = "container.seccomp.security.alpha.kubernetes.io/";

    private readonly SeccompProfile? _podField = Field(podContext);
    private readonly SeccompProfile? _podAnnotation = Annotation(annotations[PodAnnotation]);

    public Setting<SeccompProfile> Of(string container, Cursor context)
    {
        Cursor own = annotations[ContainerAnnotation + container].With(context.Faults);
        SeccompProfile? stated = Field(context) ?? Annotation(own) ?? _podField ?? _podAnnotation;
        return stated is { } profile ? Setting.Explicit(profile) : Setting.Inherited(SeccompProfile.Unconfined);
    }

    private static SeccompProfile? Field(Cursor context)
    {
        Cursor profile = context["seccompProfile"];
        if (!profile.Exists) return null;
        switch (profile["type"].Text())
        {
            case "RuntimeDefault":
                return SeccompProfile.Default;
            case "Unconfined":
                return SeccompProfile.Unconfined;
            case "Localhost":
                return SeccompProfile.Localhost;
            default:
                profile["type"].Report("not a seccomp profile type: RuntimeDefault, Unconfined or Localhost");
                return null;
        }
    }

    private static SeccompProfile? Annotation(Cursor annotation) => annotation.Text() switch
    {
        "" => null,
        "unconfined" => SeccompProfile.Unconfined,
        "runtime/default" or "docker/default" => SeccompProfile.Default,
        _ => SeccompProfile.Localhost,
    };
}
