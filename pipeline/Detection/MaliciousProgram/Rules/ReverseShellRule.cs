using Pipeline.Detection.MaliciousProgram.Traces;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Rules;

/// <summary>
/// MP-02: a shell or interpreter whose standard streams are a connection: told by the calls that made it so, by what it has at its start,
/// or by a command line that says so.
/// </summary>
internal static class ReverseShellRule
{
    private const string Id = "MP-02";
    private const int Socket = 3;

    /// <summary>A child of the connected process, or of the shell that it became, may be the one that execs.</summary>
    private const int AncestorsThatConnect = 2;

    public static ProgramFinding? Examine(ref ExecutedProgram program)
    {
        if (program.Is(ProgramKinds.RunsCode))
        {
            bool served = program.Names.IsOrComesFrom(program.Process, ProgramKinds.ConnectionServer);
            if (program.Weigh(Id, "no server hands out its connections", program.Process.Parent?.ExePath ?? "", !served)
                && OfStreams(ref program) is { } found)
            {
                return found;
            }
        }

        string? sign = OfCommandLine(ref program);
        program.Weigh(Id, "command line ties a shell to the network", sign ?? "", sign is not null);
        return sign is null ? null : Found(ref program, program.CommandLine, sign);
    }

    private static ProgramFinding? OfStreams(ref ExecutedProgram program)
    {
        long window = program.Policy.ReverseShellSeconds * EventTime.NanosecondsPerSecond;
        EventTime now = program.Observation.Time;
        for (int i = -1; i < Math.Min(AncestorsThatConnect, program.Process.Ancestors.Length); i++)
        {
            ProcessFacts who = i < 0 ? program.Self : program.Process.Ancestors[i];
            if (program.Traces.Sockets.Of(program.Observation.Node, who.Key) is not { } sockets) continue;
            if (!program.Weigh(Id, "connected a moment before", sockets.Newest?.Endpoint ?? "", sockets.Last.IsWithin(window, now)))
                continue;

            // Who accepts and lets a child answer is a server; who accepts and becomes a shell is not.
            if (sockets is { StreamCount: >= 2, Taken: { } taken }
                && program.Weigh(Id, "two standard streams are the connection", taken.Endpoint, !taken.Accepted || (i < 0
                    && !taken.Inherited)))
            {
                return Found(ref program, taken.Endpoint, "streams", Made(program, taken, who));
            }

            bool atStart = program.Stream(0) == Socket && program.Stream(1) == Socket
                && sockets.Newest is { Accepted: false }
                    && !program.Policy.SocketPairPrograms.Contains(ProgramNames.FileName(who.ExePath).ToString());
            if (program.Weigh(Id, "starts with a connection as standard input and output", program.Path, atStart))
                return Found(ref program, sockets.Newest!.Value.Endpoint, "streams", Made(program, sockets.Newest.Value, who));
        }

        return null;
    }

    private static string? OfCommandLine(ref ExecutedProgram program)
    {
        if (program.Is(ProgramKinds.Shell)) return OfShell(program.InlineCode() ?? "");
        ReadOnlySpan<char> name = program.Name;
        if (name.StartsWith("nc") || name.StartsWith("ncat") || name.StartsWith("netcat"))
        {
            string? runs = program.ValueOf("-e", "-c", "--exec", "--sh-exec");
            return runs is not null && IsShell(runs, program.Names) ? $"{name} -e {runs}" : null;
        }

        if (name.StartsWith("socat"))
        {
            string? runs = program.Arguments.FirstOrDefault(a =>
                a.StartsWith("exec:", StringComparison.OrdinalIgnoreCase) || a.StartsWith("system:", StringComparison.OrdinalIgnoreCase));
            bool remote = program.Arguments.Any(a => a.StartsWith("tcp", StringComparison.OrdinalIgnoreCase)
                || a.StartsWith("udp", StringComparison.OrdinalIgnoreCase) || a.StartsWith("openssl", StringComparison.OrdinalIgnoreCase));
            return runs is not null && remote && IsShell(runs[(runs.IndexOf(':', StringComparison.Ordinal) + 1)..], program.Names) ? runs
                : null;
        }

        return program.Is(ProgramKinds.Interpreter) && program.InlineCode() is { } code ? OfInterpreter(code) : null;
    }

    /// <summary>
    /// "/dev/tcp" alone is how scripts wait for a port; it is a shell when what comes from there is run, or an interactive shell is tied
    /// to it.
    /// </summary>
    private static string? OfShell(string code)
    {
        bool network = code.Contains("/dev/tcp/", StringComparison.Ordinal) || code.Contains("/dev/udp/", StringComparison.Ordinal);
        if (network && (HasAny(code, "sh -i", "0>&1", "0<&1", "<&1", "while read", "| sh", "|sh", "| bash", "|bash", "sh <&", "sh 0<&")))
            return "/dev/tcp";
        bool netcat = HasAny(code, "nc ", "ncat ", "netcat ", "telnet ", "openssl s_client");
        if (netcat && HasAny(code, "mkfifo", "mknod") && HasAny(code, "sh -i", "/sh", "/bash", "| sh", "|sh", "| bash", "|bash"))
            return "named pipe";
        return null;
    }

    private static string? OfInterpreter(string code)
    {
        bool connects = HasAny(code, "socket", "fsockopen", "TCPSocket", "Socket::INET", "net.connect", "net.Socket");
        bool shell = HasAny(code, "/bin/sh", "/bin/bash", "'sh'", "\"sh\"", "bash -i", "sh -i", "/bin/ash");
        bool ties = HasAny(code, "dup2", "pty.spawn", "subprocess", ">&S", ">&3", "STDIN", "exec", "pipe(");
        return connects && shell && ties ? "interpreter" : null;
    }

    private static bool IsShell(string command, ProgramNames names)
    {
        ReadOnlySpan<char> first = command.AsSpan().Trim("'\"");
        int end = first.IndexOfAny(" ,;");
        return (names.OfPath(end < 0 ? first : first[..end]) & ProgramKinds.RunsCode) != 0;
    }

    private static bool HasAny(string text, params ReadOnlySpan<string> parts)
    {
        foreach (string part in parts)
        {
            if (text.Contains(part, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private static ProgramFinding Found(ref ExecutedProgram program, string subject, string sign, params Evidence[] before) =>
        new(ProgramRule.ReverseShell, program.Policy.ReverseShellSeverity, subject,
            before.Length > 0 ? $"Shell {program.Path} is connected to {subject}" : $"{program.Path} offers a shell to the network")
        {
            Signs = [("reverse-shell", sign)],
            Before = [.. before],
            WindowNs = before.Length > 0 ? program.Policy.ReverseShellSeconds * EventTime.NanosecondsPerSecond : 0,
        };

    private static Evidence Made(in ExecutedProgram program, SocketTrace socket, ProcessFacts by) => Described.Evidence(
        socket.Made.In(program.Observation.Node), socket.Made.At, new ProcessContext(by, []), "syscall",
        ("call", socket.Accepted ? "accept" : "connect"), ("address", socket.Endpoint));
}
