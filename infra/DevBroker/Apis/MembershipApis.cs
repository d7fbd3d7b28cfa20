using DevBroker.Groups;
using DevBroker.Protocol;

namespace DevBroker.Apis;

/// <summary>Being a member of a consumer group.</summary>
internal static class MembershipApis
{
    private readonly record struct Leaving(string MemberId, string? InstanceId);

    public static async ValueTask JoinAsync(Broker broker, Call call)
    {
        short version = call.Version;
        JoinRequest request = ReadJoin(call);
        JoinResult result = await broker.Groups.JoinAsync(request, call.Peer.Closed);

        FrameWriter writer = call.Writer;
        call.WriteThrottleTime(sinceVersion: 2);
        writer.Error(result.Error);
        writer.Int32(result.Generation);
        if (version >= 7) writer.String(result.ProtocolType);
        writer.String(result.Protocol ?? (version >= 7 ? null : ""));
        writer.String(result.LeaderId);
        writer.String(result.MemberId);
        writer.Array(result.Members ?? [], (to, member) =>
        {
            to.String(member.Id);
            if (version >= 5) to.String(member.InstanceId);
            to.Bytes(member.Metadata);
            to.Tags();
        });
        writer.Tags();
    }

    public static async ValueTask SyncAsync(Broker broker, Call call)
    {
        short version = call.Version;
        FrameReader reader = call.Reader;
        string groupId = reader.String();
        int generation = reader.Int32();
        string memberId = reader.String();
        string? instanceId = version >= 3 ? reader.NullableString() : null;
        string? protocolType = version >= 5 ? reader.NullableString() : null;
        string? protocol = version >= 5 ? reader.NullableString() : null;
        var assignments = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach ((string member, byte[] assignment) in reader.Array(elementBytesMin: 2, from =>
        {
            (string, byte[]) entry = (from.String(), from.Bytes().ToArray());
            from.Tags();
            return entry;
        }))
        {
            assignments[member] = assignment;
        }

        SyncResult result = await broker.Groups.SyncAsync(
            groupId, memberId, instanceId, generation, protocolType, protocol, assignments, call.Peer.Closed);
        call.WriteThrottleTime(sinceVersion: 1);
        call.Writer.Error(result.Error);
        if (version >= 5)
        {
            call.Writer.String(result.ProtocolType);
            call.Writer.String(result.Protocol);
        }

        call.Writer.Bytes(result.Assignment);
        call.Writer.Tags();
    }

    public static void Heartbeat(Broker broker, Call call)
    {
        FrameReader reader = call.Reader;
        string groupId = reader.String();
        int generation = reader.Int32();
        string memberId = reader.String();
        string? instanceId = call.Version >= 3 ? reader.NullableString() : null;

        call.WriteThrottleTime(sinceVersion: 1);
        call.Writer.Error(broker.Groups.Heartbeat(groupId, memberId, instanceId, generation));
        call.Writer.Tags();
    }

    public static void Leave(Broker broker, Call call)
    {
        FrameReader reader = call.Reader;
        string groupId = reader.String();
        List<Leaving> leaving = call.Version < 3
            ? [new Leaving(reader.String(), null)]
            : reader.Array(elementBytesMin: 2, static from =>
            {
                var member = new Leaving(from.String(), from.NullableString());
                from.Tags();
                return member;
            });

        ErrorCode[] errors = [.. leaving.Select(member => broker.Groups.Leave(groupId, member.MemberId, member.InstanceId))];
        call.WriteThrottleTime(sinceVersion: 1);
        call.Writer.Error(call.Version < 3 ? errors[0] : ErrorCode.None);
        if (call.Version >= 3)
        {
            call.Writer.Array(leaving.Zip(errors).ToArray(), static (to, entry) =>
            {
                to.String(entry.First.MemberId);
                to.String(entry.First.InstanceId);
                to.Error(entry.Second);
                to.Tags();
            });
        }

        call.Writer.Tags();
    }

    private static JoinRequest ReadJoin(Call call)
    {
        FrameReader reader = call.Reader;
        short version = call.Version;
        string groupId = reader.String();
        int sessionTimeoutMs = reader.Int32();
        int rebalanceTimeoutMs = version >= 1 ? reader.Int32() : sessionTimeoutMs;
        string memberId = reader.String();
        string? instanceId = version >= 5 ? reader.NullableString() : null;
        string protocolType = reader.String();
        List<MemberProtocol> protocols = reader.Array(elementBytesMin: 2, static from =>
        {
            var protocol = new MemberProtocol(from.String(), from.Bytes().ToArray());
            from.Tags();
            return protocol;
        });
        return new JoinRequest(
            groupId,
            memberId,
            instanceId,
            call.ClientId,
            "/" + call.Peer.Remote.Address,
            sessionTimeoutMs,
            rebalanceTimeoutMs,
            protocolType,
            protocols,
            MustKnowMemberId: version >= 4);
    }
}
