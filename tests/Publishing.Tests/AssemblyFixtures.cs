using Testing;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
[assembly: AssemblyFixture(typeof(LogFixture))]
[assembly: Xunit.v3.Parallelization(MaxThreads = 1)]
