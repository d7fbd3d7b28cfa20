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
internal sealed partial class Group(string id)
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
}
