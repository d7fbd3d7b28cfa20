using Agents.NodeAgent;
using Agents.NodeAgent.Cli;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// The host sees to signals: they start a drain that is bounded by the agent itself.
return await AgentCommand.Create(RunAsync).Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });

static async Task<int> RunAsync(AgentOptions options, CancellationToken cancellation)
{
    var result = new AgentResult();
    HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
    builder.Logging.SetMinimumLevel(LogLevel.Information).AddSimpleConsole(console =>
    {
        console.SingleLine = true;
        console.UseUtcTimestamp = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
    });
    builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout + TimeSpan.FromSeconds(5));
    builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
    builder.Services.AddSingleton(options).AddSingleton(result).AddHostedService<AgentService>();
    using IHost host = builder.Build();
    await host.RunAsync(cancellation);
    return (int)result.Exit;
}
