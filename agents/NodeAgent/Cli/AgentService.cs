using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Agents.NodeAgent.Cli;

/// <summary>The agent as the one service of its process: when it ends, so does the process, with its exit code.</summary>
internal sealed class AgentService(AgentOptions options, AgentResult result, IHostApplicationLifetime process, ILoggerFactory loggers)
    : BackgroundService
{
    private readonly ILogger _logger = loggers.CreateLogger("node-agent");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            result.Exit = await new Agent(options, TimeProvider.System, _logger).RunAsync(stoppingToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Log.StateUnusable(_logger, options.StateDirectory, fault.Message);
        }
        finally
        {
            process.StopApplication();
        }
    }
}

/// <summary>Where the service leaves how it ended.</summary>
internal sealed class AgentResult
{
    public AgentExit Exit { get; set; } = AgentExit.Failed;
}
