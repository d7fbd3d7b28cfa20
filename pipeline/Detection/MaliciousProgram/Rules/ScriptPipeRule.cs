using Pipeline.Detection.MaliciousProgram.Traces;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;

namespace Pipeline.Detection.MaliciousProgram.Rules;

/// <summary>MP-04: what a downloader fetches goes through a pipe into a shell.</summary>
internal static class ScriptPipeRule
{
    private const string Id = "MP-04";
    private const int Pipe = 2;

    public static ProgramFinding? Examine(ref ExecutedProgram program)
    {
        if (program.ImageMatches(program.Policy.BuildImages)) return null;
        if (program.Is(ProgramKinds.Shell) && program.InlineCode() is { } code)
        {
            bool pipes = PipesIntoShell(code, program.Names);
            return program.Weigh(Id, "command pipes a download into a shell", code, pipes) ? Found(ref program, code, []) : null;
        }

        return program.Self.Parent.Tgid == 0 ? null : OfEnds(ref program);
    }

    /// <summary>Two programs of one parent, each with its end of a pipe: whichever comes second completes it.</summary>
    private static ProgramFinding? OfEnds(ref ExecutedProgram program)
    {
        bool writes = program.Is(ProgramKinds.Downloader) && program.Stream(1) == Pipe;
        bool reads = program.Is(ProgramKinds.RunsCode) && program.Stream(0) == Pipe && ReadsItsInput(program.Arguments);
        if (!program.Weigh(Id, "one end of a pipe", program.Path, writes || reads)) return null;
        var parent = new NodeProcess(program.Observation.Node, program.Self.Parent);
        var end = new PipeEnd(program.Path, program.Self.CommandLine, EventMark.Of(program.Observation));
        PipeEnds ends = program.Traces.Pipes.Of(parent);
        ends = writes ? ends with { Downloader = end } : ends with { Reader = end };
        program.Traces.Pipes.Set(parent, ends);
        PipeEnd other = writes ? ends.Reader : ends.Downloader;
        bool both = other.IsKnown && other.Started.IsWithin(program.Policy.ScriptPipeSeconds * EventTime.NanosecondsPerSecond,
            end.Started.At);
        if (!program.Weigh(Id, "the other end started a moment ago", other.Line, both)) return null;
        program.Traces.Pipes.Set(parent, default);
        string line = $"{ends.Downloader.Line} | {ends.Reader.Line}";
        return Found(ref program, line,
            [Described.Evidence(other.Started.In(parent.Node), other.Started.At, null, "process", ("exe", other.Path), ("command",
                other.Line))]);
    }

    /// <summary>Without a script or code of its own, or with "-s", which says so.</summary>
    private static bool ReadsItsInput(string[] arguments)
    {
        for (int i = 1; i < arguments.Length; i++)
        {
            if (arguments[i] is "-s" or "-" or "--") return true;
            if (!arguments[i].StartsWith('-') || arguments[i] is "-c" or "-e" or "-m" or "-r") return false;
        }

        return true;
    }

    /// <summary>One part of the command's pipeline is a downloader, and a later one a shell that is given nothing else to run.</summary>
    internal static bool PipesIntoShell(string code, ProgramNames names)
    {
        bool downloads = false;
        foreach (Range range in code.AsSpan().SplitAny('|', ';', '\n', '&'))
        {
            ReadOnlySpan<char> part = code.AsSpan(range);
            bool piped = range.Start.Value > 0 && code[range.Start.Value - 1] == '|';
            ProgramKinds kinds = CommandOf(part, names, out ReadOnlySpan<char> rest);
            if (!piped) downloads = false;
            if (downloads && (kinds & ProgramKinds.RunsCode) != 0 && ReadsItsInput(["", .. Words(rest)])) return true;
            downloads |= (kinds & ProgramKinds.Downloader) != 0;
        }

        return false;
    }

    private static string[] Words(ReadOnlySpan<char> text) =>
        text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What the first word is that is no assignment and no wrapper like sudo.</summary>
    private static ProgramKinds CommandOf(ReadOnlySpan<char> part, ProgramNames names, out ReadOnlySpan<char> rest)
    {
        rest = part;
        while (true)
        {
            rest = rest.TrimStart(" \t({$\"'`");
            int end = rest.IndexOf(' ');
            ReadOnlySpan<char> word = (end < 0 ? rest : rest[..end]).TrimEnd(")}\"'`");
            rest = end < 0 ? default : rest[(end + 1)..];
            bool passes = word.Contains('=')
                || ProgramNames.FileName(word) is "sudo" or "env" or "exec" or "nohup" or "time" or "busybox" or "command" or "then";
            if (!passes || rest.IsEmpty) return names.OfPath(word);
        }
    }

    private static ProgramFinding Found(ref ExecutedProgram program, string line, Evidence[] before) =>
        new(ProgramRule.ScriptPipe, program.Policy.ScriptPipeSeverity, line, "A downloaded script is piped into a shell")
        {
            Signs = [("pipe", line)],
            Before = [.. before],
            WindowNs = program.Policy.ScriptPipeSeconds * EventTime.NanosecondsPerSecond,
        };
}
