using Testing;

[assembly: AssemblyFixture(typeof(LogFixture))]
