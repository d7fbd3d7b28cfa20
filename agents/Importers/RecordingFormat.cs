namespace Agents.Importers;

/// <summary>The recordings that can be read.</summary>
public enum RecordingFormat
{
    /// <summary>A capture of sysdig or Falco, plain or compressed with gzip.</summary>
    Scap,

    /// <summary>Tetragon's export: JSON objects, one a line or spread over several.</summary>
    Tetragon,

    /// <summary>The log of the Linux audit daemon (auditd.conf(5), log_format RAW or ENRICHED).</summary>
    Auditd,
}
