using Testing;

namespace Attacks;

/// <summary>The agent as a program to start: as it is built for the JIT, or as it is published natively for nodes.</summary>
public sealed class AgentProgram
{
    private AgentProgram(params string[] command) => Command = command;

    /// <summary>What is typed before the agent's own arguments.</summary>
    public IReadOnlyList<string> Command { get; }

    public static TheoryData<bool> Forms => [false, true];

    /// <summary>Skips the test where there is no native program.</summary>
    public static AgentProgram Of(bool native)
    {
        if (!native) return new AgentProgram("dotnet", OwnProcess.PathOf("agents/NodeAgent", "node-agent"));
        string built = Path.GetDirectoryName(OwnProcess.PathOf("agents/NodeAgent", "node-agent"))!;
        string path = Path.Combine(built, "linux-x64", "publish", "node-agent");
        Assert.SkipUnless(File.Exists(path), "the native agent is not built: dotnet publish agents/NodeAgent -c Release -r linux-x64");
        return new AgentProgram(path);
    }
}
