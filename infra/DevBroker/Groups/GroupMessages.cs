using DevBroker.Protocol;

namespace DevBroker.Groups;

/// <summary>A request to join. Times in milliseconds.</summary>
internal sealed record JoinRequest(
    string GroupId,
    string MemberId,
    string? InstanceId,
    string ClientId,
    string ClientHost,
    int SessionTimeoutMs,
    int RebalanceTimeoutMs,
    string ProtocolType,
    IReadOnlyList<MemberProtocol> Protocols,
    bool MustKnowMemberId);

/// <summary>The answer to a join: the leader gets the list of members, the others get an empty one.</summary>
internal sealed record JoinResult(
    ErrorCode Error,
    string MemberId,
    int Generation = -1,
    string? ProtocolType = null,
    string? Protocol = null,
    string LeaderId = "",
    IReadOnlyList<JoinedMember>? Members = null);

internal sealed record JoinedMember(string Id, string? InstanceId, byte[] Metadata);

/// <summary>The answer to a sync: the member's share of the partitions as its leader encoded it.</summary>
internal sealed record SyncResult(ErrorCode Error, byte[] Assignment, string? ProtocolType = null, string? Protocol = null)
{
    public static SyncResult Failed(ErrorCode error) => new(error, []);
}

/// <summary>What DescribeGroups tells of a group.</summary>
internal sealed record GroupDescription(
    ErrorCode Error, string GroupId, string State, string ProtocolType, string Protocol, IReadOnlyList<MemberDescription> Members);

internal sealed record MemberDescription(
    string Id, string? InstanceId, string ClientId, string ClientHost, byte[] Metadata, byte[] Assignment);
