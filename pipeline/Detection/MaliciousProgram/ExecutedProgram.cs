using System.Collections.Immutable;
using Pipeline.Detection.MaliciousProgram.Traces;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram;

/// <summary>
/// A program that has just begun in a container, as the rules look at it. Texts are made when a rule first asks for them.
/// </summary>
internal ref struct ExecutedProgram
{
    /// <summary>What agents keep of a command line; a longer one is looked at up to here.</summary>
    private const int LongestCommandLine = 4096;

    private readonly IReasons? _reasons;
    private string[]? _arguments;
    private string? _commandLine;

    public ExecutedProgram(Observation observation, ProcessContext process, ContainerStart start, ProgramRules rules, IReasons? reasons)
    {
        Observation = observation;
        Process = process;
        Start = start;
        Policy = rules.Policy;
        Names = rules.Names;
        Traces = rules.Traces;
        Kinds = rules.Names.Of(process.Self);
        _reasons = reasons;
    }

    public readonly Observation Observation { get; }

    public readonly ProcessContext Process { get; }

    public readonly ProcessFacts Self => Process.Self;

    /// <summary>When its container began.</summary>
    public readonly ContainerStart Start { get; }

    public readonly MaliciousProgramPolicy Policy { get; }

    public readonly ProgramNames Names { get; }

    public readonly ProgramTraces Traces { get; }

    public readonly ProgramKinds Kinds { get; }

    public readonly string Path => Self.ExePath;

    /// <summary>What it goes by: name of the executable or of the applet.</summary>
    public readonly ReadOnlySpan<char> Name => Names.NameOf(Self);

    public readonly string Image => Observation.Container?.Spec?.Image ?? "";

    /// <summary>Arguments as given, the program's own name first.</summary>
    public string[] Arguments => _arguments ??= Raw().TrimEnd('\0').Split('\0');

    /// <summary>Arguments with a space between them.</summary>
    public string CommandLine => _commandLine ??= string.Join(' ', Arguments);

    /// <summary>Whether somebody asks for reasons.</summary>
    public readonly bool IsExplained => _reasons is not null;

    public readonly bool Is(ProgramKinds kinds) => (Kinds & kinds) != 0;

    /// <summary>0 none, 1 file, 2 pipe, 3 socket, 4 terminal.</summary>
    public readonly int Stream(int descriptor) => (Self.StandardStreams >> (descriptor * 4)) & 0xF;

    /// <summary>The argument after one of the options, or the rest of it ("--coin=monero").</summary>
    public string? ValueOf(params ReadOnlySpan<string> options)
    {
        string[] arguments = Arguments;
        for (int i = 1; i < arguments.Length; i++)
        {
            foreach (string option in options)
            {
                if (arguments[i] == option) return i + 1 < arguments.Length ? arguments[i + 1] : "";
                if (arguments[i].Length > option.Length && arguments[i].StartsWith(option, StringComparison.Ordinal)
                    && arguments[i][option.Length] == '=')
                    return arguments[i][(option.Length + 1)..];
            }
        }

        return null;
    }

    public bool Has(string argument) => Array.IndexOf(Arguments, argument, 1) >= 1;

    /// <summary>The code of "sh -c code"; null when there is none. Options may stand together ("-ec").</summary>
    public string? InlineCode()
    {
        string[] arguments = Arguments;
        for (int i = 1; i + 1 < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (argument is not ['-', not '-', ..]) return null;
            if (argument[^1] is 'c' or 'e' or 'r') return arguments[i + 1];
        }

        return null;
    }

    public readonly bool ImageMatches(ImmutableArray<string> patterns) => Pattern.FirstMatch(patterns, Image) is not null;

    /// <summary>Says to whom it concerns that a rule looked at a condition.</summary>
    /// <returns>Whether it holds.</returns>
    public readonly bool Weigh(string ruleId, string condition, string value, bool holds)
    {
        _reasons?.Weigh(ruleId, condition, value, holds);
        return holds;
    }

    /// <summary>Whether the bytes of the arguments hold a text anywhere; no text is made.</summary>
    public readonly bool Mentions(ReadOnlySpan<byte> utf8) =>
        Observation.Batch.Utf8(Observation.ProcessEvent.Arguments).IndexOf(utf8) >= 0;

    private readonly string Raw() => StateFormat.Cut(Observation.Batch.String(Observation.ProcessEvent.Arguments), LongestCommandLine);
}
