using Testing;

namespace EndToEnd;

public sealed class ComposeFileTests
{
    [Fact]
    public async Task Docker_compose_reads_the_file()
    {
        string? compose = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "docker-compose")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(compose is null, "no docker-compose here (Debian: apt-get install docker-compose)");

        await using OwnProcess check = OwnProcess.Start(compose, compose, ["-f", Path.Combine(Repository.Root, "docker-compose.yml"), "config", "-q"]);

        (await check.ExitAsync()).ShouldBe(0, check.Output);
    }
}
