using System.Globalization;
using BenchmarkDotNet.Running;
using Benchmarks;

// "sizes" prints how large messages are, "catalog MESSAGES" what decoding, enrichment and each detector cost, "archive MESSAGES" what archiving
// costs, "replay MESSAGES" how fast an archive is replayed, "store CONNECTION" how fast alarms are stored there, "latency API KAFKA RATE SECONDS"
// how soon they are seen;
// anything else goes to BenchmarkDotNet.
if (args is ["sizes"]) MessageSizes.Print(Console.Out);
else if (args is ["catalog", var messages]) CatalogThroughput.Print(int.Parse(messages, CultureInfo.InvariantCulture), Console.Out);
else if (args is ["archive", var archived]) await ArchiveThroughput.PrintAsync(int.Parse(archived, CultureInfo.InvariantCulture), Console.Out);
else if (args is ["replay", var replayed]) await ReplayThroughput.PrintAsync(int.Parse(replayed, CultureInfo.InvariantCulture), Console.Out);
else if (args is ["store", var connection]) await StoreThroughput.PrintAsync(connection, Console.Out);
else if (args is ["latency", var api, var kafka, var rate, var seconds])
{
    using var latency = new AlarmLatency(new Uri(api), kafka, int.Parse(rate, CultureInfo.InvariantCulture), int.Parse(seconds, CultureInfo.InvariantCulture));
    await latency.RunAsync(Console.Out);
}
else BenchmarkSwitcher.FromAssembly(typeof(CodecBenchmarks).Assembly).Run(args);
