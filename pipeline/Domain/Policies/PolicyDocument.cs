using System.Security.Cryptography;
using System.Text;
using Pipeline.Domain.Kernel;

namespace Pipeline.Domain.Policies;

/// <summary>A detection policy as its author wrote it.</summary>
/// <param name="Id">Its name, as it says itself.</param>
/// <param name="Version">Its author's count, as it says itself.</param>
/// <param name="Text">All of it; empty for the built-in policy.</param>
public sealed record PolicyDocument(string Id, int Version, string Text)
{
    /// <summary>Longest text in UTF-8 that is stored: with room to spare below the largest record that a broker takes by default.</summary>
    public const int LongestBytes = 512 * 1024;

    public static PolicyDocument BuiltIn { get; } = new(PolicyStamp.BuiltIn.Id, PolicyStamp.BuiltIn.Version, "");

    /// <summary>SHA-256 of the text in UTF-8, lower-case hexadecimal: documents of one hash are one document.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
}
