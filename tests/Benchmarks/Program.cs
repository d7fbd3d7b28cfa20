using BenchmarkDotNet.Running;
using Benchmarks;

// "sizes" prints how large messages are, "store CONNECTION" how fast alarms are stored there; anything else goes to BenchmarkDotNet.
if (args is ["sizes"]) MessageSizes.Print(Console.Out);
else if (args is ["store", var connection]) await StoreThroughput.PrintAsync(connection, Console.Out);
else BenchmarkSwitcher.FromAssembly(typeof(CodecBenchmarks).Assembly).Run(args);
