using Agents.Descriptions.Trees;
using Pipeline.Domain.Containers;

namespace Agents.Descriptions.Formats;

/// <summary>What HostConfig.SecurityOpt says; null where it says nothing. The last of several wins, as in the engine.</summary>
internal readonly record struct DockerSecurityOptions(Setting<SeccompProfile>? Seccomp, Setting<bool>? NoNewPrivileges)
{
    public static DockerSecurityOptions Read(Cursor list)
    {
        var read = default(DockerSecurityOptions);
        foreach (Cursor item in list.Items())
        {
            // A profile given by its content is in the list as a whole; only its beginning is of interest.
            string option = item.Beginning();
            (string name, string? value) = Split(option);
            if (name == "seccomp" && value is not null) read = read with { Seccomp = Setting.Explicit(Profile(value)) };
            else if (name == "no-new-privileges") read = read with { NoNewPrivileges = Switch(item, value) };
        }

        return read;
    }

    private static (string Name, string? Value) Split(string option)
    {
        int at = option.IndexOf('=', StringComparison.Ordinal);
        if (at < 0) at = option.IndexOf(':', StringComparison.Ordinal);
        return at < 0 ? (option, null) : (option[..at], option[(at + 1)..]);
    }

    private static SeccompProfile Profile(string value) => value switch
    {
        "unconfined" => SeccompProfile.Unconfined,
        "builtin" or "default" => SeccompProfile.Default,
        _ => SeccompProfile.Localhost,
    };

    /// <summary>The words of Go's strconv.ParseBool; the engine refuses any other.</summary>
    private static Setting<bool> Switch(Cursor item, string? value)
    {
        if (value is null or "1" or "t" or "T" or "true" or "TRUE" or "True") return Setting.Explicit(true);
        if (value is not ("0" or "f" or "F" or "false" or "FALSE" or "False")) item.Report("no-new-privileges takes true or false");
        return Setting.Explicit(false);
    }
}
