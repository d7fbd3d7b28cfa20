using Testing;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

// The real processes of several tests at once would only wait for each other on a small machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
