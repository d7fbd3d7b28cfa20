using System.Text.Json;
using Pipeline.Domain.Alarms;
using Testing;

namespace Api.Tests;

public sealed class OpenApiTests
{
    [Fact]
    public async Task Describes_the_api_as_approved()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        JsonElement document = await api.JsonAsync("/api/openapi.json");

        document.GetProperty("openapi").GetString().ShouldNotBeNull().ShouldStartWith("3.1");
        TestApi.Pretty(document).ShouldMatchApproved("openapi.json");
    }

    [Theory]
    [InlineData("AlarmType", typeof(AlarmType))]
    [InlineData("Severity", typeof(Severity))]
    [InlineData("Outcome", typeof(Outcome))]
    [InlineData("AlarmState", typeof(AlarmState))]
    [InlineData("AlarmAction", typeof(AlarmAction))]
    public async Task Spells_the_vocabulary_as_everywhere_else(string schema, Type words)
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        JsonElement document = await api.JsonAsync("/api/openapi.json");

        IEnumerable<string?> described =
            document.GetProperty("components").GetProperty("schemas").GetProperty(schema).GetProperty("enum").EnumerateArray().Select(w => w.GetString());
        described.ShouldBe(
            (IEnumerable<string>)typeof(Spelling).GetMethod(nameof(Spelling.All))!.MakeGenericMethod(words).Invoke(null, null)!);
    }
}
