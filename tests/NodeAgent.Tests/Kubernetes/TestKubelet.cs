using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace NodeAgent.Tests.Kubernetes;

/// <summary>Serves a list of pods over HTTPS with a certificate of its own, to who brings the token. Thread-safe.</summary>
internal sealed class TestKubelet : IAsyncDisposable
{
    public const string Token = "token-that-nobody-may-see";

    private readonly TemporaryDirectory _directory = new();
    private readonly X509Certificate2 _certificate;
    private readonly WebApplication _server;
    private volatile string _pods = """{"kind":"PodList","items":[]}""";
    private volatile int _asked;

    private TestKubelet()
    {
        _certificate = Certificate();
        File.WriteAllText(CaFile, _certificate.ExportCertificatePem());
        File.WriteAllText(TokenFile, Token + "\n");
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_certificate)));
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.MapGet("/pods", Answer);
        _server.MapGet("/api/v1/pods", Answer);
    }

    public string CaFile => _directory["ca.crt"];

    public string TokenFile => _directory["token"];

    public Uri Address { get; private set; } = new("https://localhost");

    public int Asked => _asked;

    /// <summary>The query of the last question.</summary>
    public string Query { get; private set; } = "";

    public string Pods
    {
        set => _pods = value;
    }

    public static async Task<TestKubelet> StartAsync()
    {
        var kubelet = new TestKubelet();
        await kubelet._server.StartAsync();
        string address = kubelet._server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        kubelet.Address = new UriBuilder(address) { Host = "localhost" }.Uri;
        return kubelet;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
        _directory.Dispose();
    }

    private IResult Answer(HttpContext context)
    {
        Query = context.Request.QueryString.Value ?? "";
        Interlocked.Increment(ref _asked);
        return context.Request.Headers.Authorization == $"Bearer {Token}"
            ? Results.Text(_pods, "application/json")
            : Results.StatusCode(403);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
