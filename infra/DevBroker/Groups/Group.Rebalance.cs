using DevBroker.Protocol;

namespace DevBroker.Groups;

/// <summary>The steps of a rebalance; all are called with the lock held.</summary>
internal sealed partial class Group
{
    private bool CanSpeakWith(JoinRequest request)
    {
        if (request.Protocols.Count == 0) return false;
        IEnumerable<Member> others = _members.Values.Where(member => member.Id != request.MemberId && (member.InstanceId is null || member.InstanceId != request.InstanceId));
        if (!others.Any()) return true;
        return _protocolType == request.ProtocolType
            && request.Protocols.Any(offered => others.All(other => other.Protocols.Any(spoken => spoken.Name == offered.Name)));
    }

    private Task<JoinResult> JoinStatic(JoinRequest request, string instance, string freshMemberId, long nowMs)
    {
        Member? known = _members.Values.FirstOrDefault(member => member.InstanceId == instance);
        if (request.MemberId.Length > 0)
        {
            if (known is null) return Refused(ErrorCode.UnknownMemberId, request.MemberId);
            return known.Id == request.MemberId ? Rejoin(known, request, nowMs) : Refused(ErrorCode.FencedInstanceId, request.MemberId);
        }

        if (known is null)
        {
            return _members.Count >= MembersMax
                ? Refused(ErrorCode.GroupMaxSizeReached, "")
                : Admit(new Member(freshMemberId, instance), request, nowMs);
        }

        // The same instance has come back under a new id: the old one is shut out, and if nothing changed nobody else notices.
        known.PendingJoin?.TrySetResult(new JoinResult(ErrorCode.FencedInstanceId, known.Id));
        known.PendingSync?.TrySetResult(SyncResult.Failed(ErrorCode.FencedInstanceId));
        _members.Remove(known.Id);
        bool isUnchanged = _state == GroupState.Stable && known.SpeaksSame(request.Protocols);
        var member = new Member(freshMemberId, instance) { Assignment = known.Assignment };
        string leaderBefore = _leaderId;
        if (_leaderId == known.Id) _leaderId = member.Id;
        if (!isUnchanged) return Admit(member, request, nowMs);
        _members.Add(member.Id, member);
        Update(member, request, nowMs);
        // A returning leader is told of its former id, so that it does not assign anew.
        return Task.FromResult(new JoinResult(ErrorCode.None, member.Id, _generation, _protocolType, _protocol, leaderBefore, []));
    }

    private Task<JoinResult> Rejoin(Member member, JoinRequest request, long nowMs)
    {
        bool isSame = member.SpeaksSame(request.Protocols);
        Update(member, request, nowMs);
        bool isRepeat = isSame && (_state == GroupState.CompletingRebalance || (_state == GroupState.Stable && member.Id != _leaderId));
        return isRepeat ? Task.FromResult(Joined(member)) : Await(member, nowMs);
    }

    private Task<JoinResult> Admit(Member member, JoinRequest request, long nowMs)
    {
        _members.Add(member.Id, member);
        if (_members.Count == 1) _protocolType = request.ProtocolType;
        Update(member, request, nowMs);
        return Await(member, nowMs);
    }

    private Task<JoinResult> Await(Member member, long nowMs)
    {
        member.PendingJoin?.TrySetResult(new JoinResult(ErrorCode.RebalanceInProgress, member.Id));
        member.PendingJoin = new TaskCompletionSource<JoinResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<JoinResult> answer = member.PendingJoin.Task;
        if (_state != GroupState.PreparingRebalance) PrepareRebalance(nowMs);
        else CompleteJoin(nowMs, isOverdue: false);
        return answer;
    }

    private void PrepareRebalance(long nowMs)
    {
        _state = GroupState.PreparingRebalance;
        _joinDeadline = nowMs + _members.Values.Max(member => member.RebalanceTimeoutMs);
        foreach (Member member in _members.Values)
        {
            member.PendingSync?.TrySetResult(SyncResult.Failed(ErrorCode.RebalanceInProgress));
            member.PendingSync = null;
        }

        CompleteJoin(nowMs, isOverdue: false);
    }

    private void CompleteJoin(long nowMs, bool isOverdue)
    {
        if (!isOverdue && _members.Values.Any(member => member.PendingJoin is null)) return;
        foreach (Member late in _members.Values.Where(member => member.PendingJoin is null && member.InstanceId is null).ToArray())
            _members.Remove(late.Id);
        _generation++;
        if (_members.Count == 0)
        {
            BecomeEmpty();
            return;
        }

        _state = GroupState.CompletingRebalance;
        _protocol = ChooseProtocol();
        if (!_members.TryGetValue(_leaderId, out Member? leader) || leader.PendingJoin is null)
            _leaderId = (_members.Values.FirstOrDefault(member => member.PendingJoin is not null) ?? _members.Values.First()).Id;
        foreach (Member member in _members.Values)
        {
            member.Assignment = [];
            Touch(member, nowMs);
            member.PendingJoin?.TrySetResult(Joined(member));
            member.PendingJoin = null;
        }
    }

    private void Stabilise(IReadOnlyDictionary<string, byte[]> assignments, long nowMs)
    {
        _state = GroupState.Stable;
        foreach (Member member in _members.Values)
        {
            member.Assignment = assignments.GetValueOrDefault(member.Id) ?? [];
            Touch(member, nowMs);
            member.PendingSync?.TrySetResult(ShareOf(member));
            member.PendingSync = null;
        }
    }

    private void Remove(Member member, long nowMs)
    {
        _members.Remove(member.Id);
        member.PendingJoin?.TrySetResult(new JoinResult(ErrorCode.UnknownMemberId, member.Id));
        member.PendingSync?.TrySetResult(SyncResult.Failed(ErrorCode.UnknownMemberId));
        if (_members.Count == 0)
        {
            _generation++;
            BecomeEmpty();
        }
        else if (_state == GroupState.PreparingRebalance)
        {
            CompleteJoin(nowMs, isOverdue: false);
        }
        else
        {
            PrepareRebalance(nowMs);
        }
    }

    private void BecomeEmpty()
    {
        _state = GroupState.Empty;
        (_protocol, _leaderId) = (null, "");
    }

    /// <summary>Each member votes for the protocol it prefers among those that all speak.</summary>
    private string ChooseProtocol()
    {
        HashSet<string> common = [.. _members.Values.First().Protocols.Select(protocol => protocol.Name)];
        foreach (Member member in _members.Values) common.IntersectWith(member.Protocols.Select(protocol => protocol.Name));
        return _members.Values
            .Select(member => member.Protocols.First(protocol => common.Contains(protocol.Name)).Name)
            .GroupBy(name => name)
            .MaxBy(votes => votes.Count())!.Key;
    }

    private ErrorCode Validate(string memberId, string? instanceId, int generation, out Member? member)
    {
        member = null;
        if (_state == GroupState.Dead) return ErrorCode.UnknownMemberId;
        if (instanceId is not null && _members.Values.FirstOrDefault(candidate => candidate.InstanceId == instanceId) is { } named && named.Id != memberId)
            return ErrorCode.FencedInstanceId;
        if (!_members.TryGetValue(memberId, out member)) return ErrorCode.UnknownMemberId;
        return generation == _generation ? ErrorCode.None : ErrorCode.IllegalGeneration;
    }

    private JoinResult Joined(Member member)
    {
        IReadOnlyList<JoinedMember> members = member.Id != _leaderId
            ? []
            : [.. _members.Values.Select(each => new JoinedMember(each.Id, each.InstanceId, each.MetadataFor(_protocol)))];
        return new JoinResult(ErrorCode.None, member.Id, _generation, _protocolType, _protocol, _leaderId, members);
    }

    private SyncResult ShareOf(Member member) => new(ErrorCode.None, member.Assignment, _protocolType, _protocol);

    private static void Update(Member member, JoinRequest request, long nowMs)
    {
        member.ClientId = request.ClientId;
        member.ClientHost = request.ClientHost;
        member.SessionTimeoutMs = request.SessionTimeoutMs;
        member.RebalanceTimeoutMs = request.RebalanceTimeoutMs;
        member.Protocols = request.Protocols;
        Touch(member, nowMs);
    }

    private static void Touch(Member member, long nowMs) => member.ExpiresAt = nowMs + member.SessionTimeoutMs;

    private static Task<JoinResult> Refused(ErrorCode error, string memberId) => Task.FromResult(new JoinResult(error, memberId));
}
