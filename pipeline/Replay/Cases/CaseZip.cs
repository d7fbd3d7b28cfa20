using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Replay.Cases;

/// <summary>Writes the files of a case and the list of their sums. The same content makes the same bytes. Not thread-safe.</summary>
internal sealed class CaseZip(Stream output) : IDisposable
{
    /// <summary>The earliest instant that a ZIP file can tell: when a case was exported is not part of it.</summary>
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive _zip = new(output, ZipArchiveMode.Create, leaveOpen: true);
    private readonly StringBuilder _sums = new();

    public void Put(string name, byte[] content)
    {
        _sums.Append(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(SHA256.HashData(content))}  {name}\n");
        Write(name, content);
    }

    public void Put(string name, string content) => Put(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Puts the list behind the files.</summary>
    /// <returns>Its SHA-256.</returns>
    public string PutSums()
    {
        byte[] list = Encoding.UTF8.GetBytes(_sums.ToString());
        Write(CaseFiles.Sums, list);
        return Convert.ToHexStringLower(SHA256.HashData(list));
    }

    public void Dispose() => _zip.Dispose();

    private void Write(string name, byte[] content)
    {
        ZipArchiveEntry entry = _zip.CreateEntry(name);
        entry.LastWriteTime = NoTime;
        using Stream stream = entry.Open();
        stream.Write(content);
    }
}
