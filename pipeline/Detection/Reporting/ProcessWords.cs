using System.Globalization;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.Reporting;

/// <summary>What evidence says of an exec.</summary>
internal static class ProcessWords
{
    public static (string Name, string Value)[] Of(ProcessContext process)
    {
        ProcessFacts self = process.Self;
        return
        [
            ("command", self.CommandLine),
            ("script", self.Script),
            ("layer", Of(self.Executable.Layer)),
            ("file", string.Create(CultureInfo.InvariantCulture, $"{self.Executable.Device}:{self.Executable.Inode}")),
            ("uid", self.Uid.ToString(CultureInfo.InvariantCulture)),
            ("ancestors", string.Join(" < ", process.Ancestors.Select(a => a.ExePath))),
        ];
    }

    /// <summary>Where a file comes from, in a word.</summary>
    public static string Of(FileLayer layer) => layer switch
    {
        FileLayer.Image => "image",
        FileLayer.Upper => "writable layer",
        FileLayer.Mount => "mount",
        FileLayer.Memory => "memory",
        FileLayer.Host => "host",
        _ => "unknown",
    };
}
