using System.Runtime.InteropServices;
using DevBroker;
using Microsoft.Extensions.Logging;

(BrokerOptions? options, string? problem) = BrokerOptions.Parse(args);
if (options is null)
{
    bool wantsHelp = args is ["--help"] or ["-h"];
    (wantsHelp ? Console.Out : Console.Error).WriteLine(wantsHelp ? BrokerOptions.Usage : $"devbroker: {problem}\n{BrokerOptions.Usage}");
    return wantsHelp ? 0 : 2;
}

using ILoggerFactory logging = LoggerFactory.Create(builder => builder.AddSimpleConsole(console =>
{
    console.SingleLine = true;
    console.UseUtcTimestamp = true;
    console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
}));

var stop = new TaskCompletionSource();
using PosixSignalRegistration onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    await using Broker broker = Broker.Start(options, TimeProvider.System, logging.CreateLogger("devbroker"));
    string health = broker.HealthPort is { } port ? $" health={options.Listen}:{port}" : "";
    Console.WriteLine($"devbroker ready kafka={options.Listen}:{broker.Port}{health} data={Path.GetFullPath(options.DataDirectory)}");
    await stop.Task;
    return 0;
}
catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
{
    Console.Error.WriteLine($"devbroker: {failure.Message}");
    return 1;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.TrySetResult();
}
