using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Api;
using Pipeline.Api.Ports;

namespace Api.Tests;

/// <summary>The API in a server without a socket, over the given queries.</summary>
internal sealed class TestApi : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly WebApplication _app;

    private TestApi(WebApplication app)
    {
        _app = app;
        Client = app.GetTestClient();
    }

    public HttpClient Client { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<TestApi> StartAsync(IAlarmQueries alarms, IExclusions? exclusions = null, IAlarmChanges? changes = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(alarms);
        builder.Services.AddSingleton(alarms as IAlarmHandling ?? new FakeAlarms());
        builder.Services.AddSingleton(exclusions ?? new FakeExclusions());
        builder.Services.AddSingleton(changes ?? new FakeChanges());
        var policies = new FakePolicies();
        builder.Services.AddSingleton<IPolicies>(policies).AddSingleton<IPolicyDocuments>(policies);
        builder.Services.AddAlarmApi();
        WebApplication app = builder.Build();
        app.MapAlarmApi();
        await app.StartAsync(Cancellation);
        return new TestApi(app);
    }

    public Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(path, Cancellation);

    public Task<HttpResponseMessage> PostAsync(string path, string json, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request, Cancellation);
    }

    /// <summary>The body of an answer that must be a success.</summary>
    public async Task<JsonElement> JsonAsync(string path)
    {
        HttpResponseMessage answer = await GetAsync(path);
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
        return await BodyAsync(answer);
    }

    public static async Task<JsonElement> BodyAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement;

    public static string Pretty(JsonElement json) => JsonSerializer.Serialize(json, Indented);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
