using DevBroker.Groups;
using DevBroker.Protocol;

namespace DevBroker.Apis;

/// <summary>Looking at and removing consumer groups.</summary>
internal static class GroupAdminApis
{
    public static void List(Broker broker, Call call)
    {
        short version = call.Version;
        List<string> states = version >= 4 ? call.Reader.Array(elementBytesMin: 1, static from => from.String()) : [];

        GroupDescription[] groups =
            [.. broker.Groups.List().Where(group => states.Count == 0 || states.Contains(group.State, StringComparer.OrdinalIgnoreCase))];
        call.WriteThrottleTime(sinceVersion: 1);
        call.Writer.Error(ErrorCode.None);
        call.Writer.Array(groups, (to, group) =>
        {
            to.String(group.GroupId);
            to.String(group.ProtocolType);
            if (version >= 4) to.String(group.State);
            to.Tags();
        });
        call.Writer.Tags();
    }

    public static void Describe(Broker broker, Call call)
    {
        short version = call.Version;
        List<string> ids = call.Reader.Array(elementBytesMin: 1, static from => from.String());

        call.WriteThrottleTime(sinceVersion: 1);
        call.Writer.Array(ids, (to, id) => Write(to, version, broker.Groups.Describe(id)));
        call.Writer.Tags();
    }

    public static void Delete(Broker broker, Call call)
    {
        List<string> ids = call.Reader.Array(elementBytesMin: 1, static from => from.String());

        call.WriteThrottleTime(sinceVersion: 0);
        call.Writer.Array(ids, (to, id) =>
        {
            to.String(id);
            to.Error(broker.Groups.Delete(id));
            to.Tags();
        });
        call.Writer.Tags();
    }

    private static void Write(FrameWriter writer, short version, GroupDescription group)
    {
        writer.Error(group.Error);
        writer.String(group.GroupId);
        writer.String(group.State);
        writer.String(group.ProtocolType);
        writer.String(group.Protocol);
        writer.Array(group.Members, (to, member) =>
        {
            to.String(member.Id);
            if (version >= 4) to.String(member.InstanceId);
            to.String(member.ClientId);
            to.String(member.ClientHost);
            to.Bytes(member.Metadata);
            to.Bytes(member.Assignment);
            to.Tags();
        });
        if (version >= 3) writer.Int32(int.MinValue);
        writer.Tags();
    }
}
