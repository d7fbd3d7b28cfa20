using System.Buffers;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Rules;

/// <summary>MP-06: a web server starts a shell or what an intruder starts first.</summary>
internal static class WebShellRule
{
    private const string Id = "MP-06";

    /// <summary>The server, its worker, a shell between them.</summary>
    private const int NearAncestors = 3;

    /// <summary>What makes a shell do more than run one program.</summary>
    private static readonly SearchValues<char> ShellSyntax = SearchValues.Create(";|&`$<>\n");

    public static ProgramFinding? Examine(ref ExecutedProgram program)
    {
        if (!ServerOf(ref program, out ProcessFacts? server, out long sinceNs)) return null;
        bool settled = program.Observation.Time.BootNs - sinceNs >= program.Policy.WebServerSettledSeconds * EventTime.NanosecondsPerSecond;
        if (!program.Weigh(Id, "the server is not just starting", server!.ExePath, settled)) return null;
        string line = program.CommandLine;
        string? listed = Pattern.FirstMatch(program.Policy.WebCommandLines, line);
        if (!program.Weigh(Id, "not a command line of the policy", listed ?? "", listed is null)) return null;
        if (program.Is(ProgramKinds.Shell))
        {
            string code = program.InlineCode() ?? "";
            if (!program.Weigh(Id, "more than one harmless command", code, !IsOrdinary(code, program.Policy))) return null;
        }

        ProcessFacts self = program.Self;
        return new ProgramFinding(
            ProgramRule.WebShell, program.Policy.WebShellSeverity, server.ExePath, $"Web server {server.ExePath} started {self.ExePath}")
        {
            Signs = [("web-server", server.ExePath), ("started", line)],
        };
    }

    /// <summary>
    /// The first web server among the near ancestors, as old as the oldest of its kind: servers answer by workers that they fork anew.
    /// </summary>
    private static bool ServerOf(ref ExecutedProgram program, out ProcessFacts? server, out long sinceNs)
    {
        server = null;
        sinceNs = 0;
        for (int i = 0; i < program.Process.Ancestors.Length; i++)
        {
            ProcessFacts ancestor = program.Process.Ancestors[i];
            ProgramKinds kinds = program.Names.Of(ancestor);
            if ((kinds & (ProgramKinds.ScriptRunner | ProgramKinds.PackageManager)) != 0) break;
            if ((kinds & ProgramKinds.WebServer) == 0) continue;
            if (server is null && i >= NearAncestors) break;
            server ??= ancestor;
            sinceNs = ancestor.SinceNs;
        }

        return program.Weigh(Id, "started by a web server", server?.ExePath ?? "", server is not null);
    }

    /// <summary>
    /// "sh -c 'convert a.png b.jpg'": applications start helpers through a shell, which then runs one program and has nothing to interpret.
    /// </summary>
    private static bool IsOrdinary(string code, MaliciousProgramPolicy policy)
    {
        if (code.AsSpan().ContainsAny(ShellSyntax)) return false;
        ReadOnlySpan<char> first = code.AsSpan().TrimStart();
        if (first.StartsWith("exec ")) first = first[5..].TrimStart();
        int end = first.IndexOf(' ');
        return policy.WebCommands.Contains(ProgramNames.FileName((end < 0 ? first : first[..end]).Trim("'\"")).ToString());
    }
}
