// One test tells what a process costs in memory: others that allocate beside it would be counted too.
[assembly: Xunit.v3.Parallelization(MaxThreads = 1)]
