using System.Text.RegularExpressions;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Events;

namespace Pipeline.Detection.AbnormalProcess;

/// <summary>How an entry meets a program.</summary>
internal enum EntryMatch
{
    No,

    /// <summary>All its conditions hold.</summary>
    Yes,

    /// <summary>All but the digest, which is another.</summary>
    OtherContent,

    /// <summary>All but the digest, which is not known yet.</summary>
    DigestMissing,

    /// <summary>All but the layer: a file of that name that is not the image's.</summary>
    OtherLayer,

    /// <summary>All but the script.</summary>
    OtherScript,
}

/// <summary>An entry in the form in which it is compared. Immutable, safe from any thread.</summary>
internal sealed class CompiledEntry
{
    private readonly ProcessEntry _entry;
    private readonly Regex? _commandLine;
    private readonly Sha256Digest? _digest;
    private readonly bool _usable;

    public CompiledEntry(ProcessEntry entry)
    {
        _entry = entry;
        bool broken = false;
        if (entry.Sha256.Length > 0)
        {
            broken = !Sha256Digest.TryParse(entry.Sha256, out Sha256Digest digest);
            _digest = digest;
        }

        if (entry.CommandLine.Length > 0)
        {
            _commandLine = Compile(entry.CommandLine);
            broken |= _commandLine is null;
        }

        // A condition that cannot be read must not become an entry without it.
        _usable = !broken && (entry.Path.Length > 0 || entry.Sha256.Length > 0 || entry.CommandLine.Length > 0
            || entry.Parent.Length > 0 || entry.User >= 0 || entry.Applet.Length > 0 || entry.Script.Length > 0);
    }

    public EntryEffect Effect => _entry.Effect;

    /// <param name="digest">Null while it is not known.</param>
    /// <param name="nowUnixSeconds">Event time.</param>
    public EntryMatch Match(ExecutedProcess process, Sha256Digest? digest, bool checkScripts, long nowUnixSeconds)
    {
        if (!_usable || _entry.Expires?.ToUnixTimeSeconds() <= nowUnixSeconds) return EntryMatch.No;
        if (!Holds(process)) return EntryMatch.No;
        if (_digest is { } wanted)
        {
            if (digest is not { } known) return EntryMatch.DigestMissing;
            if (known != wanted) return _entry.Path.Length > 0 ? EntryMatch.OtherContent : EntryMatch.No;
        }
        else if (Effect == EntryEffect.Allow && !_entry.AnyLayer && process.Layer is not (FileLayer.Image or FileLayer.Unknown))
        {
            return EntryMatch.OtherLayer;
        }

        bool script = !checkScripts || Effect == EntryEffect.Deny || Pattern.Matches(process.Script, _entry.Script);
        return script ? EntryMatch.Yes : EntryMatch.OtherScript;
    }

    private bool Holds(ExecutedProcess process)
    {
        if (_entry.Path.Length > 0 && !Pattern.Matches(process.Path, _entry.Path)) return false;
        if (process.Applet.Length > 0 || _entry.Applet.Length > 0)
        {
            // A denial of the whole program needs no applet.
            bool whole = Effect == EntryEffect.Deny && _entry.Applet.Length == 0;
            if (!whole && !Pattern.Matches(process.Applet, _entry.Applet)) return false;
        }

        if (_entry.Script.Length > 0 && Effect == EntryEffect.Deny && !Pattern.Matches(process.Script, _entry.Script)) return false;
        if (_entry.Parent.Length > 0 && !Pattern.Matches(process.ParentPath, _entry.Parent)) return false;
        if (_entry.User >= 0 && process.User != (uint)_entry.User) return false;
        return _commandLine is null || _commandLine.IsMatch(process.CommandLine);
    }

    /// <summary>Expressions that take linear time whatever they are given; null for one that is none, or needs more.</summary>
    private static Regex? Compile(string expression)
    {
        try
        {
            return new Regex($"^(?:{expression})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
