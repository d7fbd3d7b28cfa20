using System.CommandLine;
using Agents.NodeAgent.Doctor;

namespace Agents.NodeAgent.Cli;

/// <summary><c>node-agent doctor</c>: what this machine lets the agent see, before it runs.</summary>
internal sealed class DoctorCommand : Command
{
    private readonly SharedOptions _shared = new();
    private readonly SourceOptions _sources = new();

    private readonly Option<bool> _json = new("--json") { Description = "Print the findings as JSON." };

    public DoctorCommand()
        : base("doctor",
            "Look at kernel, rights, container engines, clock, broker and disk, and say what to do and which alarms are blind. Exit code 1 "
            + "when something fails.")
    {
        foreach (Option option in _shared.All) Options.Add(option);
        _sources.AddTo(this);
        Options.Add(_json);
        SetAction(async (parsed, _) =>
        {
            var options = new DoctorOptions
            {
                Brokers = parsed.GetValue(_shared.Kafka)!,
                Topic = parsed.GetValue(_shared.Topic)!,
                Kafka = SharedOptions.Pairs(parsed.GetValue(_shared.Settings) ?? []),
                StateDirectory = Path.GetFullPath(parsed.GetValue(_shared.State)!),
                Spool = _shared.SpoolOf(parsed),
                Sources = _sources.Of(parsed, TimeSpan.Zero),
            };
            List<Finding> findings = await DoctorReport.FindAsync(options);
            if (parsed.GetValue(_json)) parsed.InvocationConfiguration.Output.WriteLine(DoctorReport.ToJson(findings));
            else DoctorReport.WriteTable(findings, parsed.InvocationConfiguration.Output);
            return DoctorReport.ExitCode(findings);
        });
    }
}
