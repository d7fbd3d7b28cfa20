using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Agents.Descriptions;
using Agents.NodeAgent.Engines;

namespace Agents.NodeAgent.Kubernetes;

/// <summary>What became of the question for the node's pods.</summary>
/// <param name="Pods">Null when there is no answer that can be used; <paramref name="Fault"/> says why.</param>
internal readonly record struct PodAnswer(IReadOnlyList<PodDescription>? Pods, string Fault);

/// <summary>Asks a kubelet or API server for pods. The token goes into requests and nowhere else. Not thread-safe.</summary>
internal sealed class KubernetesConnection(KubernetesOptions options) : IDisposable
{
    private const int TokenBytes = 64 * 1024;

    private HttpClient? _http;
    private X509Certificate2Collection? _trusted;

    public async Task<PodAnswer> PodsAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.AnswerTimeout);
        try
        {
            return await AskAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Fault($"no answer within {options.AnswerTimeout.TotalSeconds:F0} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or UnauthorizedAccessException
            or CryptographicException or FormatException)
        {
            return Fault(fault.InnerException?.Message ?? fault.Message);
        }
    }

    public void Dispose()
    {
        _http?.Dispose();
        foreach (X509Certificate2 certificate in _trusted ?? []) certificate.Dispose();
    }

    private async Task<PodAnswer> AskAsync(CancellationToken cancellation)
    {
        _http ??= Connect();
        using var request = new HttpRequestMessage(HttpMethod.Get, options.Pods);
        if (Token() is { Length: > 0 } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return Fault(
                $"it answered {(int)answer.StatusCode}; the token's account needs to get nodes/proxy (kubelet) or list pods (API server)");
        }

        if (!answer.IsSuccessStatusCode) return Fault($"it answered {(int)answer.StatusCode}");
        Stream stream = await answer.Content.ReadAsStreamAsync(cancellation);
        byte[]? body = await BoundedReading.ToEndAsync(stream, options.ListBytes, cancellation);
        if (body is null) return Fault($"the answer is larger than {options.ListBytes} bytes");
        return PodList.Read(body, options.MostPods) is { } pods ? new PodAnswer(pods, "") : Fault("the answer is not a list of pods");
    }

    private HttpClient Connect()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ConnectTimeout = options.AnswerTimeout };
        if (options.CaFile.Length > 0)
        {
            _trusted = [];
            _trusted.ImportFromPemFile(options.CaFile);
            if (_trusted.Count == 0) throw new FormatException($"no certificate in {options.CaFile}");
            handler.SslOptions.CertificateChainPolicy = Trusting(_trusted);
        }

        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static X509ChainPolicy Trusting(X509Certificate2Collection certificates)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(certificates);
        return policy;
    }

    /// <summary>Empty when there is none, and over plain HTTP, where everybody on the way could read it.</summary>
    private string Token()
    {
        if (options.TokenFile.Length == 0 || options.Pods.Scheme != Uri.UriSchemeHttps) return "";
        if (new FileInfo(options.TokenFile).Length > TokenBytes) throw new IOException($"{options.TokenFile} is too large for a token");
        string token = File.ReadAllText(options.TokenFile).Trim();
        if (token.AsSpan().ContainsAnyExceptInRange('!', '~')) throw new FormatException($"{options.TokenFile} does not hold a token");
        return token;
    }

    private static PodAnswer Fault(string reason) => new(null, reason);
}
