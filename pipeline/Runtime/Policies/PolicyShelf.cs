using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Kernel;
using Pipeline.Domain.Policies;
using Pipeline.Runtime.Ports;
using Pipeline.Runtime.Processing;

namespace Pipeline.Runtime.Policies;

/// <summary>
/// The policies of this process: the newest that it was told of and understands, and by their documents those that lanes come upon in their
/// past. Thread-safe.
/// </summary>
internal sealed class PolicyShelf : IPolicyChanges
{
    /// <summary>Documents that are kept ready; others are read again when a lane comes upon them.</summary>
    private const int Kept = 16;

    private readonly RunnablePolicy _start;
    private readonly IPolicyCompiler? _compiler;
    private readonly Telemetry _telemetry;
    private readonly ILogger _logger;
    private readonly Lock _reading = new();
    private readonly RecencyMap<string, RunnablePolicy?> _read = new(Kept);
    private readonly Lock _lock = new();
    private ImmutableList<Action> _lanes = [];
    private volatile RunnablePolicy _newest;
    private int _revision;

    /// <param name="start">What holds where the store has no policy.</param>
    /// <param name="compiler">Null where no other policy than that is ever read.</param>
    public PolicyShelf(RunnablePolicy start, IPolicyCompiler? compiler, Telemetry telemetry, ILogger logger)
    {
        _start = _newest = start;
        _compiler = compiler;
        _telemetry = telemetry;
        _logger = logger;
    }

    public RunnablePolicy Newest => _newest;

    public void Offer(PolicyRevision revision)
    {
        ArgumentNullException.ThrowIfNull(revision);
        lock (_reading)
        {
            if (revision.Number <= _revision) return;
            _revision = revision.Number;
            if ((revision.Document is { } document ? Read(document) : _start) is not { } policy) return;
            _newest = policy;
            Log.PolicyIsNewest(_logger, revision.Number, policy.Document.Id, policy.Document.Version, policy.Document.Hash);
        }

        foreach (Action changed in _lanes) changed();
    }

    /// <returns>Null for a document that this process does not understand, which is logged and counted at the first time.</returns>
    public RunnablePolicy? Read(PolicyDocument document)
    {
        if (document.Hash == _start.Document.Hash) return _start;
        lock (_reading)
        {
            if (_read.TryGet(document.Hash, out RunnablePolicy? known)) return known;
            RunnablePolicy? policy = Compiled(document);
            _read.Set(document.Hash, policy);
            return policy;
        }
    }

    /// <summary>Calls <paramref name="changed"/> after each change of <see cref="Newest"/>, until the result is disposed.</summary>
    public IDisposable Follow(Action changed)
    {
        lock (_lock) _lanes = _lanes.Add(changed);
        return new Following(this, changed);
    }

    private RunnablePolicy? Compiled(PolicyDocument document)
    {
        PolicyCompilation result = _compiler?.Compile(document) ?? new PolicyCompilation.Unreadable("this process reads no policies");
        if (result is PolicyCompilation.Compiled(var detectors)) return new RunnablePolicy(document, DetectorRoster.Of(detectors));
        _telemetry.PolicyUnreadable();
        Log.PolicyUnreadable(_logger, document.Id, document.Version, document.Hash, ((PolicyCompilation.Unreadable)result).Reason);
        return null;
    }

    private sealed class Following(PolicyShelf shelf, Action changed) : IDisposable
    {
        public void Dispose()
        {
            lock (shelf._lock) shelf._lanes = shelf._lanes.Remove(changed);
        }
    }
}
