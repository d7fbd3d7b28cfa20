using System.Text;
using Pipeline.Detection.MaliciousProgram.Traces;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Rules;

/// <summary>
/// MP-01: a program mines coins, by its name, its arguments or what it says to a pool. A pool's port alone proves nothing, and neither does
/// a miner's name among the arguments of something else.
/// </summary>
internal static class MinerRule
{
    private const string Id = "MP-01";

    /// <summary>Length of a Monero address: 95 characters of base 58 that begin with 4 or 8; 106 with a payment id.</summary>
    private const int WalletLength = 95, IntegratedWalletLength = 106;

    // x86_64: write(2), sendto(2), sendmsg(2).
    private const int Write = 1, SendTo = 44, SendMessage = 46;

    public static ProgramFinding? Examine(ref ExecutedProgram program)
    {
        bool named = program.Is(ProgramKinds.Miner) && !program.Is(ProgramKinds.MultiCall);
        if (program.Weigh(Id, "program has a miner's name", program.Path, named))
            return Found(ref program, "name", program.Name.ToString());

        // A shell's arguments are a script, whose commands are programs of their own; others only look for the text.
        bool reads = program.Is(ProgramKinds.Shell | ProgramKinds.TextProgram | ProgramKinds.PackageManager | ProgramKinds.Downloader);
        if (!program.Weigh(Id, "arguments are the program's own", program.Path, !reads)) return null;
        (string Sign, string Value)? sign = OfArguments(ref program);
        program.Weigh(Id, "arguments are a miner's", sign?.Value ?? "", sign is not null);
        return sign is { } found ? Found(ref program, found.Sign, found.Value) : null;
    }

    /// <summary>A process sent something.</summary>
    public static Finding? Sent(in Observation observation, ProgramRules rules, IReasons? reasons)
    {
        MaliciousProgramPolicy policy = rules.Policy;
        ref readonly SyscallRecord call = ref observation.Syscall;
        if (call.Number is not (Write or SendTo or SendMessage) || call.Data.IsEmpty || observation.Process is not { } process) return null;
        ReadOnlySpan<byte> data = observation.Batch.Utf8(call.Data);
        if (data.IndexOf("\"id\""u8) < 0) return null;
        string text = Encoding.UTF8.GetString(data);
        string? message = policy.MinerMessages.FirstOrDefault(m => text.Contains(m, StringComparison.Ordinal));
        reasons?.Weigh(Id, "it says what miners say to a pool", message ?? "", message is not null);
        SocketTrace? socket = rules.Traces.Sockets.Of(observation.Node, process.Self.Key)?.Newest;
        reasons?.Weigh(Id, "it has a connection", socket?.Endpoint ?? "", socket is not null);
        if (message is null || socket is not { Accepted: false } to) return null;
        bool unmistakable = !message.Contains("login", StringComparison.OrdinalIgnoreCase) || message.Contains("eth_",
            StringComparison.Ordinal);
        bool pool = unmistakable || policy.MinerPorts.Contains(to.Port);
        reasons?.Weigh(Id, "only pools are spoken to so, or at this port", to.Endpoint, pool);
        if (!pool) return null;
        return new ProgramFinding(ProgramRule.Miner, policy.MinerSeverity, to.Endpoint,
            $"{process.Self.ExePath} talks to a mining pool at {to.Endpoint}")
        {
            Signs = [("stratum", message), ("pool", to.Endpoint)],
            Before = [Described.Evidence(to.Made.In(observation.Node), to.Made.At, process, "syscall", ("call", "connect"), ("address",
                to.Endpoint))],
            Facts = [("sent", StateFormat.Cut(text, 512))],
        }.At(observation, "syscall", policy);
    }

    private static ProgramFinding Found(ref ExecutedProgram program, string sign, string value) =>
        new(ProgramRule.Miner, program.Policy.MinerSeverity, program.Path, $"Coin miner {program.Name} runs")
        {
            Signs = [("miner", sign), (sign, value)],
        };

    private static (string Sign, string Value)? OfArguments(ref ExecutedProgram program)
    {
        foreach ((string text, byte[] utf8) in program.Names.MinerArguments)
        {
            if (program.Mentions(utf8)) return ("argument", text);
        }

        // Most command lines name no pool; that is told from the bytes.
        if (!program.Mentions("-o"u8) && !program.Mentions("-P"u8) && !program.Mentions("--url"u8) && !program.Mentions("--pool"u8)
            && !program.Mentions("--server"u8))
        {
            return null;
        }

        string? pool = program.ValueOf("-o", "--url", "--pool", "-P", "--server");
        string? algorithm = program.ValueOf("-a", "--algo", "--algorithm", "--coin");
        bool known = algorithm is not null && program.Policy.MinerAlgorithms.Any(a =>
            algorithm.StartsWith(a, StringComparison.OrdinalIgnoreCase));
        if (pool is not null && known && pool.Contains(':', StringComparison.Ordinal)) return ("pool", pool);
        if (pool is not null && DomainIsPool(pool, program.Policy)) return ("pool", pool);
        string? wallet = program.ValueOf("-u", "--user", "--wallet", "-w", "--userpass");
        return wallet is not null && pool is not null && IsWallet(wallet) ? ("wallet", wallet) : null;
    }

    private static bool DomainIsPool(string url, MaliciousProgramPolicy policy)
    {
        ReadOnlySpan<char> host = url;
        int scheme = host.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0) host = host[(scheme + 3)..];
        int end = host.IndexOfAny(':', '/');
        if (end >= 0) host = host[..end];
        foreach (string domain in policy.MinerPoolDomains)
        {
            if (host.EndsWith(domain, StringComparison.OrdinalIgnoreCase) && (host.Length == domain.Length
                || host[^(domain.Length + 1)] == '.')) return true;
        }

        return false;
    }

    private static bool IsWallet(string text)
    {
        ReadOnlySpan<char> wallet = text;
        int worker = wallet.IndexOfAny('.', '+', '/');
        if (worker >= 0) wallet = wallet[..worker];
        if (wallet.Length is not (WalletLength or IntegratedWalletLength) || wallet[0] is not ('4' or '8')) return false;
        foreach (char c in wallet)
        {
            if (!char.IsAsciiLetterOrDigit(c) || c is '0' or 'O' or 'I' or 'l') return false;
        }

        return true;
    }
}
