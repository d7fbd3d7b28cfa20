using Attacks;

[assembly: AssemblyFixture(typeof(WatchedEngine))]
