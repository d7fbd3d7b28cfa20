using System.Globalization;
using System.Text;
using Pipeline.Domain.Policies;

namespace Pipeline.Schemas;

/// <summary>
/// A change of the policy as a record of the <c>policies</c> topic: the document as it was given in the value (YAML; null where each process
/// goes back to the policy that it was started with), what is known of it in the headers.
/// </summary>
/// <param name="Revision">Number of the change, from 1.</param>
public sealed record PolicyRecord(int Revision, PolicyDocument? Document)
{
    /// <summary>Key of every record: the topic is compacted to the policy in force.</summary>
    public const string Key = "detection";

    public const string ContentType = "application/yaml";

    private const string RevisionHeader = "policy-revision";
    private const string IdHeader = "policy-id";
    private const string VersionHeader = "policy-version";

    public byte[]? Value => Document is { } document ? Encoding.UTF8.GetBytes(document.Text) : null;

    /// <summary>Name and value of the headers that <see cref="Read"/> wants.</summary>
    public IEnumerable<(string Name, byte[] Value)> Headers =>
    [
        (RevisionHeader, Bytes(Revision)),
        (IdHeader, Encoding.UTF8.GetBytes(Document?.Id ?? "")),
        (VersionHeader, Bytes(Document?.Version ?? 0)),
    ];

    /// <returns>Null when it is not such a record.</returns>
    public static PolicyRecord? Read(byte[]? value, Func<string, byte[]?> header)
    {
        if (Number(header(RevisionHeader)) is not { } revision) return null;
        if (value is null) return new PolicyRecord(revision, null);
        return header(IdHeader) is { } id && Number(header(VersionHeader)) is { } version
            ? new PolicyRecord(revision, new PolicyDocument(Encoding.UTF8.GetString(id), version, Encoding.UTF8.GetString(value)))
            : null;
    }

    private static byte[] Bytes(int number) => Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    private static int? Number(byte[]? text) =>
        text is not null && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
