using System.Security.Cryptography;

namespace Agents.Importers;

/// <summary>What tells one recording from another: its content, whatever the file is called.</summary>
public static class RecordingIdentity
{
    /// <summary>Reads to the end.</summary>
    /// <returns>SHA-256 of the bytes, in lower-case hexadecimal digits.</returns>
    public static async Task<string> OfAsync(Stream content, CancellationToken cancellation) =>
        Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation).ConfigureAwait(false));
}
