using System.Collections.Immutable;
using Pipeline.Detection.Matching;
using Pipeline.Domain.Alarms;
using Pipeline.Replay.Certificates;
using Pipeline.Replay.Sources;

namespace Pipeline.Replay;

/// <summary>
/// Which of a partition's alarm events were asked for. Only the first event of an alarm says where it is, so that the newest of these are
/// remembered. Not thread-safe.
/// </summary>
internal sealed class AlarmSelection
{
    /// <summary>Alarms that are remembered; the longest episode is a day, and no partition raises more in one.</summary>
    private const int Most = 65_536;

    private readonly ReplayRequest _request;
    private readonly Dictionary<Guid, AlarmPlace> _places = [];
    private readonly Queue<Guid> _order = [];

    public AlarmSelection(ReplayRequest request, SavedState? state)
    {
        _request = request;
        foreach (AlarmPlace place in state?.Alarms ?? []) Remember(place);
    }

    public ImmutableArray<AlarmPlace> Places => [.. _order.Select(id => _places[id])];

    public bool Takes(DetectedEvent e)
    {
        if (e is AlarmRaised raised) Remember(AlarmPlace.Of(e.AlarmId, raised.Source));
        if (e is AlarmAmended amended && _places.ContainsKey(e.AlarmId)) _places[e.AlarmId] = AlarmPlace.Of(e.AlarmId, amended.Source);
        if (!_request.Covers(e.At)) return false;

        // Where learning joins nodes, other nodes are read too.
        if (_request.Node is { } node && EvidenceLedger.NodeOf(e) != node) return false;
        if (_request.Container is null && _request.Image is null) return true;
        return _places.TryGetValue(e.AlarmId, out AlarmPlace? place)
            && (_request.Container is null || place.Container.StartsWith(_request.Container, StringComparison.Ordinal))
            && (_request.Image is null || Wildcard.Matches(place.Image, _request.Image));
    }

    private void Remember(AlarmPlace place)
    {
        if (_places.TryAdd(place.Alarm, place)) _order.Enqueue(place.Alarm);
        if (_order.Count > Most) _places.Remove(_order.Dequeue());
    }
}
