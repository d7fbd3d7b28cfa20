using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram;

/// <summary>What a program is by its name: the one thing that decides which rules look at an exec.</summary>
[Flags]
internal enum ProgramKinds
{
    None = 0,
    Shell = 1 << 0,
    Interpreter = 1 << 1,
    Downloader = 1 << 2,
    PackageManager = 1 << 3,
    Tool = 1 << 4,
    Miner = 1 << 5,
    WebServer = 1 << 6,
    ScriptRunner = 1 << 7,
    Reconnaissance = 1 << 8,
    TextProgram = 1 << 9,
    ConnectionServer = 1 << 10,
    MultiCall = 1 << 11,

    RunsCode = Shell | Interpreter,

    /// <summary>Every exec, whatever it is called.</summary>
    Any = 1 << 30,
}

/// <summary>The lists of a policy as one look-up. Immutable, safe from any thread.</summary>
internal sealed class ProgramNames
{
    private readonly FrozenDictionary<string, ProgramKinds> _kinds;
    private readonly FrozenDictionary<string, ProgramKinds>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    /// <summary>Miners' arguments as texts and as the bytes that command lines are searched for.</summary>
    public ImmutableArray<(string Text, byte[] Utf8)> MinerArguments { get; }

    public ProgramNames(MaliciousProgramPolicy policy)
    {
        MinerArguments = [.. policy.MinerArguments.Select(text => (text, Encoding.UTF8.GetBytes(text)))];
        var kinds = new Dictionary<string, ProgramKinds>(StringComparer.Ordinal);
        Add(policy.Shells, ProgramKinds.Shell);
        Add(policy.Interpreters, ProgramKinds.Interpreter);
        Add(policy.Downloaders, ProgramKinds.Downloader);
        Add(policy.PackageManagers.Select(p => p.Name), ProgramKinds.PackageManager);
        Add(policy.Tools.Select(t => t.Name), ProgramKinds.Tool);
        Add(policy.MinerNames, ProgramKinds.Miner);
        Add(policy.WebServers, ProgramKinds.WebServer);
        Add(policy.ScriptRunners, ProgramKinds.ScriptRunner);
        Add(policy.ReconnaissancePrograms, ProgramKinds.Reconnaissance);
        Add(policy.TextPrograms, ProgramKinds.TextProgram);
        Add(policy.ConnectionServers, ProgramKinds.ConnectionServer);
        Add(policy.MultiCallPrograms, ProgramKinds.MultiCall);
        _kinds = kinds.ToFrozenDictionary(StringComparer.Ordinal);
        _bySpan = _kinds.GetAlternateLookup<ReadOnlySpan<char>>();

        void Add(IEnumerable<string> names, ProgramKinds kind)
        {
            foreach (string name in names) kinds[name] = kinds.GetValueOrDefault(name) | kind;
        }
    }

    /// <summary>"python3.11" is a python and "php-fpm8.2" a php-fpm: a version at the end is no part of a name.</summary>
    public ProgramKinds Of(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty) return ProgramKinds.None;
        if (_bySpan.TryGetValue(name, out ProgramKinds kinds)) return kinds;
        ReadOnlySpan<char> bare = name.TrimEnd("0123456789.");
        return bare.Length < name.Length && _bySpan.TryGetValue(bare, out kinds) ? kinds : ProgramKinds.None;
    }

    /// <summary>Of a path's last name.</summary>
    public ProgramKinds OfPath(ReadOnlySpan<char> path) => Of(FileName(path));

    /// <summary>
    /// Of a running program: its executable's name, the applet's for a program that is many, and the script's where an interpreter runs
    /// one.
    /// </summary>
    public ProgramKinds Of(ProcessFacts process)
    {
        ProgramKinds kinds = Of(FileName(process.ExePath));
        if ((kinds & ProgramKinds.MultiCall) != 0) return ProgramKinds.MultiCall | Of(NameOf(process));
        return (kinds & ProgramKinds.RunsCode) != 0 ? kinds | Of(ScriptName(process)) : kinds;
    }

    /// <summary>What a program goes by: the name of its executable, or of the applet that it is.</summary>
    public ReadOnlySpan<char> NameOf(ProcessFacts process)
    {
        ReadOnlySpan<char> name = FileName(process.ExePath);
        if ((Of(name) & ProgramKinds.MultiCall) == 0) return name;
        ReadOnlySpan<char> rest = process.CommandLine;
        ReadOnlySpan<char> applet = FileName(Next(ref rest));
        if ((Of(applet) & ProgramKinds.MultiCall) != 0) applet = FileName(Next(ref rest));
        return applet.TrimStart('-'); // a login shell
    }

    /// <summary>
    /// Name of the script that an interpreter runs, or of the module ("-m pip"); empty when the code is on its command line.
    /// </summary>
    public static ReadOnlySpan<char> ScriptName(ProcessFacts process)
    {
        if (process.Script.Length > 0) return FileName(process.Script);
        ReadOnlySpan<char> rest = process.CommandLine;
        Next(ref rest);
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<char> argument = Next(ref rest);
            if (argument is "-m") return Next(ref rest);
            if (argument is "-c" or "-e" or "-r") return default;
            if (!argument.StartsWith('-')) return FileName(argument);
        }

        return default;
    }

    /// <summary>Whether a process or one of its ancestors is a program of this kind.</summary>
    public bool IsOrComesFrom(ProcessContext process, ProgramKinds kind) =>
        (Of(process.Self) & kind) != 0 || ComesFrom(process, kind);

    /// <summary>Whether one of its ancestors is a program of this kind.</summary>
    public bool ComesFrom(ProcessContext process, ProgramKinds kind)
    {
        foreach (ProcessFacts ancestor in process.Ancestors)
        {
            if ((Of(ancestor) & kind) != 0) return true;
        }

        return false;
    }

    public static ReadOnlySpan<char> FileName(ReadOnlySpan<char> path) => path[(path.LastIndexOf('/') + 1)..];

    private static ReadOnlySpan<char> Next(scoped ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart(' ');
        int end = rest.IndexOf(' ');
        ReadOnlySpan<char> word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return word;
    }
}
