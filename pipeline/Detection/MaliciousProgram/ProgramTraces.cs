using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.MaliciousProgram.Traces;

namespace Pipeline.Detection.MaliciousProgram;

/// <summary>What the rules judge by: the policy, its names as a look-up, and what is remembered.</summary>
internal sealed record ProgramRules(MaliciousProgramPolicy Policy, ProgramNames Names, ProgramTraces Traces)
{
    public static ProgramRules Under(MaliciousProgramPolicy policy)
    {
        var names = new ProgramNames(policy);
        return new ProgramRules(policy, names, new ProgramTraces(names));
    }
}

/// <summary>All that the rules on malicious programs remember; every part has a bound of its own.</summary>
internal sealed class ProgramTraces(ProgramNames names)
{
    public ContainerStarts Containers { get; } = new();

    public FileTraces Files { get; } = new(names);

    public SocketTraces Sockets { get; } = new();

    public PipeTraces Pipes { get; } = new();

    public Executions Executions { get; } = new();

    public DigestBook Digests { get; } = new();

    public void Save(BinaryWriter state)
    {
        Containers.Save(state);
        Files.Save(state);
        Sockets.Save(state);
        Pipes.Save(state);
        Executions.Save(state);
        Digests.Save(state);
    }

    public void Load(BinaryReader state)
    {
        Containers.Load(state);
        Files.Load(state);
        Sockets.Load(state);
        Pipes.Load(state);
        Executions.Load(state);
        Digests.Load(state);
    }
}
