using Agents.Descriptions;

namespace Pipeline.Host.Commands;

/// <summary>
/// A file's content, or the reason (not empty) why there is none. Never more than the descriptions' limit is read, whatever the file is.
/// </summary>
internal sealed record DescriptionFile(ReadOnlyMemory<byte> Content, string Reason)
{
    public static DescriptionFile Read(string path)
    {
        if (Directory.Exists(path)) return Failed("is a directory; name the files in it");
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Bounded(file);
        }
        catch (FileNotFoundException)
        {
            return Failed("no such file");
        }
        catch (DirectoryNotFoundException)
        {
            return Failed("no such file");
        }
        catch (UnauthorizedAccessException)
        {
            return Failed("permission denied");
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            return Failed(e.Message);
        }
    }

    public static DescriptionFile ReadStandardInput()
    {
        try
        {
            using Stream input = Console.OpenStandardInput();
            return Bounded(input);
        }
        catch (IOException e)
        {
            return Failed(e.Message);
        }
    }

    private static DescriptionFile Bounded(Stream stream)
    {
        int limit = DescriptionLimits.Default.FileBytes;
        var content = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            if (content.Length + read > limit) return Failed($"larger than {limit} bytes");
            content.Write(buffer, 0, read);
        }

        return new DescriptionFile(content.GetBuffer().AsMemory(0, (int)content.Length), "");
    }

    private static DescriptionFile Failed(string reason) => new(default, reason);
}
