using DevBroker.Protocol;

namespace DevBroker.Groups;

/// <summary>States of a classic consumer group, named as clients show them.</summary>
internal enum GroupState
{
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}

/// <summary>
/// One consumer group: who is in it, in which generation, and who waits for which answer. The server only runs the two
/// barriers (everybody joins, the leader assigns); what is assigned, eagerly or cooperatively, is between the members.
/// </summary>
/// <remarks>
/// Thread-safe by one lock. Time comes in as a number of milliseconds on a monotonic scale, so nothing here waits: the coordinator
/// calls <see cref="Tick"/> and members that are overdue fall out.
/// </remarks>
internal sealed class Group(string id)
{
    /// <summary>Bounds a group's memory; far above what one machine can run.</summary>
    private const int MembersMax = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _promisedIds = new(StringComparer.Ordinal);
    private GroupState _state = GroupState.Empty;
    private int _generation;
    private string? _protocolType;
    private string? _protocol;
    private string _leaderId = "";
    private long _joinDeadline;

    public string Id { get; } = id;

    public GroupState State
    {
        get
        {
            lock (_gate) return _state;
        }
    }

    public string ProtocolType
    {
        get
        {
            lock (_gate) return _protocolType ?? "";
        }
    }

    public Task<JoinResult> Join(JoinRequest request, string freshMemberId, long nowMs)
    {
        lock (_gate)
        {
            if (_state == GroupState.Dead) return Refused(ErrorCode.UnknownMemberId, request.MemberId);
            if (!CanSpeakWith(request)) return Refused(ErrorCode.InconsistentGroupProtocol, request.MemberId);
            if (request.InstanceId is { } instance) return JoinStatic(request, instance, freshMemberId, nowMs);
            if (request.MemberId.Length > 0 && _members.TryGetValue(request.MemberId, out Member? member)) return Rejoin(member, request, nowMs);
            if (request.MemberId.Length > 0)
            {
                return _promisedIds.Remove(request.MemberId)
                    ? Admit(new Member(request.MemberId, null), request, nowMs)
                    : Refused(ErrorCode.UnknownMemberId, request.MemberId);
            }

            if (_members.Count + _promisedIds.Count >= MembersMax) return Refused(ErrorCode.GroupMaxSizeReached, "");
            if (!request.MustKnowMemberId) return Admit(new Member(freshMemberId, null), request, nowMs);
            _promisedIds[freshMemberId] = nowMs + request.SessionTimeoutMs;
            return Refused(ErrorCode.MemberIdRequired, freshMemberId);
        }
    }

    public Task<SyncResult> Sync(
        string memberId, string? instanceId, int generation, string? protocolType, string? protocol, IReadOnlyDictionary<string, byte[]> assignments, long nowMs)
    {
        lock (_gate)
        {
            ErrorCode error = Validate(memberId, instanceId, generation, out Member? member);
            if (error != ErrorCode.None) return Task.FromResult(SyncResult.Failed(error));
            if ((protocolType ?? _protocolType) != _protocolType || (protocol ?? _protocol) != _protocol)
                return Task.FromResult(SyncResult.Failed(ErrorCode.InconsistentGroupProtocol));
            if (_state == GroupState.PreparingRebalance) return Task.FromResult(SyncResult.Failed(ErrorCode.RebalanceInProgress));
            Touch(member!, nowMs);
            if (_state == GroupState.Stable) return Task.FromResult(ShareOf(member!));

            member!.PendingSync?.TrySetResult(SyncResult.Failed(ErrorCode.RebalanceInProgress));
            member.PendingSync = new TaskCompletionSource<SyncResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<SyncResult> answer = member.PendingSync.Task;
            if (memberId == _leaderId) Stabilise(assignments, nowMs);
            return answer;
        }
    }

    public ErrorCode Heartbeat(string memberId, string? instanceId, int generation, long nowMs)
    {
        lock (_gate)
        {
            ErrorCode error = Validate(memberId, instanceId, generation, out Member? member);
            if (error != ErrorCode.None) return error;
            Touch(member!, nowMs);
            return _state == GroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
        }
    }

    public ErrorCode Leave(string memberId, string? instanceId, long nowMs)
    {
        lock (_gate)
        {
            if (_promisedIds.Remove(memberId)) return ErrorCode.None;
            Member? member = instanceId is null
                ? _members.GetValueOrDefault(memberId)
                : _members.Values.FirstOrDefault(candidate => candidate.InstanceId == instanceId);
            if (member is null) return ErrorCode.UnknownMemberId;
            if (instanceId is not null && memberId.Length > 0 && member.Id != memberId) return ErrorCode.FencedInstanceId;
            Remove(member, nowMs);
            return ErrorCode.None;
        }
    }

    /// <summary>Whether a member may commit offsets. A negative generation and no member is a consumer that manages itself.</summary>
    public ErrorCode CheckCommit(string memberId, string? instanceId, int generation, long nowMs)
    {
        lock (_gate)
        {
            if (generation < 0 && memberId.Length == 0) return _state == GroupState.Empty ? ErrorCode.None : ErrorCode.UnknownMemberId;
            ErrorCode error = Validate(memberId, instanceId, generation, out Member? member);
            if (error != ErrorCode.None) return error;
            Touch(member!, nowMs);
            return _state == GroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
        }
    }

    /// <summary>Lets time pass: overdue members and promises fall out, an overdue join goes on without those who did not come.</summary>
    public void Tick(long nowMs)
    {
        lock (_gate)
        {
            foreach (string promised in _promisedIds.Where(entry => entry.Value <= nowMs).Select(entry => entry.Key).ToArray())
                _promisedIds.Remove(promised);
            foreach (Member member in _members.Values.Where(member => !member.IsWaiting && member.ExpiresAt <= nowMs).ToArray())
                Remove(member, nowMs);
            if (_state == GroupState.PreparingRebalance && nowMs >= _joinDeadline) CompleteJoin(nowMs, isOverdue: true);
        }
    }

    /// <summary>The connection on which a member waited is gone: its session runs again.</summary>
    public void Abandon(string memberId, long nowMs)
    {
        lock (_gate)
        {
            if (!_members.TryGetValue(memberId, out Member? member)) return;
            member.PendingJoin = null;
            member.PendingSync = null;
            Touch(member, nowMs);
        }
    }

    /// <summary>Ends an empty group for good; false if it has members.</summary>
    public bool TryBury()
    {
        lock (_gate)
        {
            if (_state is not (GroupState.Empty or GroupState.Dead) || _promisedIds.Count > 0) return false;
            _state = GroupState.Dead;
            return true;
        }
    }

    public GroupDescription Describe()
    {
        lock (_gate)
        {
            bool settled = _state == GroupState.Stable;
            MemberDescription[] members =
            [
                .. _members.Values.Select(member => new MemberDescription(
                    member.Id, member.InstanceId, member.ClientId, member.ClientHost, settled ? member.MetadataFor(_protocol) : [], settled ? member.Assignment : [])),
            ];
            return new GroupDescription(ErrorCode.None, Id, _state.ToString(), _protocolType ?? "", settled ? _protocol ?? "" : "", members);
        }
    }

    /// <summary>Topics that members consume are not known here, so a group with members is taken to use them all.</summary>
    public bool HasMembers
    {
        get
        {
            lock (_gate) return _members.Count > 0;
        }
    }

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
