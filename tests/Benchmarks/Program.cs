using BenchmarkDotNet.Running;
using Benchmarks;

// "sizes" prints how large messages are; anything else goes to BenchmarkDotNet.
if (args is ["sizes"]) MessageSizes.Print(Console.Out);
else BenchmarkSwitcher.FromAssembly(typeof(CodecBenchmarks).Assembly).Run(args);
