// The tests mostly wait for clients and their processes.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
