using System.Collections.Concurrent;
using System.Security.Cryptography;
using DevBroker.Protocol;

namespace DevBroker.Groups;

/// <summary>All consumer groups of the server. Thread-safe.</summary>
internal sealed class GroupCoordinator(OffsetStore offsets, TimeProvider clock)
{
    /// <summary>How often members are checked, so also how exactly a session timeout is kept.</summary>
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Kafka's default: offsets of a group without members are kept a week after their last commit.</summary>
    private static readonly TimeSpan OffsetRetention = TimeSpan.FromDays(7);

    private const int SessionTimeoutMsMin = 100;
    private const int SessionTimeoutMsMax = 30 * 60 * 1000;
    private const int GroupsMax = 10_000;
    private readonly ConcurrentDictionary<string, Group> _groups = new(StringComparer.Ordinal);

    public OffsetStore Offsets => offsets;

    private long NowMs => (long)clock.GetElapsedTime(0).TotalMilliseconds;

    public async Task<JoinResult> JoinAsync(JoinRequest request, CancellationToken connectionClosed)
    {
        if (request.GroupId.Length == 0) return new JoinResult(ErrorCode.InvalidGroupId, request.MemberId);
        if (request.SessionTimeoutMs is < SessionTimeoutMsMin or > SessionTimeoutMsMax)
            return new JoinResult(ErrorCode.InvalidSessionTimeout, request.MemberId);
        if (!_groups.ContainsKey(request.GroupId) && _groups.Count >= GroupsMax)
            return new JoinResult(ErrorCode.GroupMaxSizeReached, request.MemberId);

        string freshId = $"{request.ClientId}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
        Group group = GetOrAdd(request.GroupId);
        Task<JoinResult> answer = group.Join(request, freshId, NowMs);
        string memberId = request.MemberId.Length > 0 ? request.MemberId : freshId;
        using (connectionClosed.Register(() => group.Abandon(memberId, NowMs))) return await answer.WaitAsync(connectionClosed);
    }

    public async Task<SyncResult> SyncAsync(
        string groupId,
        string memberId,
        string? instanceId,
        int generation,
        string? protocolType,
        string? protocol,
        IReadOnlyDictionary<string, byte[]> assignments,
        CancellationToken connectionClosed)
    {
        if (Find(groupId) is not { } group) return SyncResult.Failed(ErrorCode.UnknownMemberId);
        Task<SyncResult> answer = group.Sync(memberId, instanceId, generation, protocolType, protocol, assignments, NowMs);
        using (connectionClosed.Register(() => group.Abandon(memberId, NowMs))) return await answer.WaitAsync(connectionClosed);
    }

    public ErrorCode Heartbeat(string groupId, string memberId, string? instanceId, int generation) =>
        Find(groupId)?.Heartbeat(memberId, instanceId, generation, NowMs) ?? ErrorCode.UnknownMemberId;

    public ErrorCode Leave(string groupId, string memberId, string? instanceId) =>
        Find(groupId)?.Leave(memberId, instanceId, NowMs) ?? ErrorCode.UnknownMemberId;

    public ErrorCode CheckCommit(string groupId, string memberId, string? instanceId, int generation)
    {
        if (groupId.Length == 0) return ErrorCode.InvalidGroupId;
        if (Find(groupId) is { } group) return group.CheckCommit(memberId, instanceId, generation, NowMs);
        return generation < 0 ? ErrorCode.None : ErrorCode.IllegalGeneration;
    }

    public IReadOnlyList<GroupDescription> List()
    {
        HashSet<string> ids = [.. _groups.Keys, .. offsets.Groups];
        return [.. ids.Select(Describe).Where(group => group.State != nameof(GroupState.Dead))];
    }

    public GroupDescription Describe(string groupId) =>
        Find(groupId)?.Describe()
        ?? new GroupDescription(ErrorCode.None, groupId, offsets.Knows(groupId) ? nameof(GroupState.Empty) : nameof(GroupState.Dead), "", "", []);

    public ErrorCode Delete(string groupId)
    {
        Group? group = Find(groupId);
        if (group is null && !offsets.Knows(groupId)) return ErrorCode.GroupIdNotFound;
        if (group is not null && !group.TryBury()) return ErrorCode.NonEmptyGroup;
        _groups.TryRemove(groupId, out _);
        offsets.Forget(groupId);
        return ErrorCode.None;
    }

    /// <summary>Keeps time for all groups until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TickInterval, clock);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            foreach (Group group in _groups.Values)
            {
                group.Tick(NowMs);
                if (group.State == GroupState.Empty && !offsets.Knows(group.Id) && group.TryBury()) _groups.TryRemove(group.Id, out _);
            }
        }
    }

    /// <summary>Forgets offsets that nobody came back for, and those of a topic that is gone.</summary>
    public void ExpireOffsets(Func<string, bool> topicExists)
    {
        long oldestMs = (clock.GetUtcNow() - OffsetRetention).ToUnixTimeMilliseconds();
        foreach (string groupId in offsets.Groups)
        {
            bool hasMembers = Find(groupId)?.HasMembers ?? false;
            offsets.Forget(groupId, (partition, offset) => !topicExists(partition.Topic) || (!hasMembers && offset.CommittedMs < oldestMs));
        }
    }

    private Group? Find(string groupId) => _groups.GetValueOrDefault(groupId);

    private Group GetOrAdd(string groupId) => _groups.GetOrAdd(groupId, id => new Group(id));
}
