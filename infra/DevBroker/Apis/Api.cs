using DevBroker.Protocol;

namespace DevBroker.Apis;

/// <summary>A request kind with the versions that are spoken.</summary>
/// <param name="FlexibleFrom">First version in compact form with tagged fields.</param>
internal sealed record Api(ApiKey Key, short MinVersion, short MaxVersion, short FlexibleFrom, Func<Broker, Call, ValueTask> HandleAsync)
{
    public static readonly IReadOnlyList<Api> All =
    [
        // Versions below 3 carry formats that are not stored and are answered so; librdkafka takes a range that starts
        // above 0 for a sign that the server cannot compress.
        new(ApiKey.Produce, 0, 9, 9, ProduceApi.HandleAsync),
        new(ApiKey.Fetch, 4, 12, 12, FetchApi.HandleAsync),
        new(ApiKey.ListOffsets, 1, 7, 6, Sync(OffsetApis.ListOffsets)),
        new(ApiKey.Metadata, 0, 9, 9, Sync(MetadataApi.Handle)),
        new(ApiKey.OffsetCommit, 2, 8, 8, Sync(CommittedOffsetApis.Commit)),
        new(ApiKey.OffsetFetch, 1, 7, 6, Sync(CommittedOffsetApis.Fetch)),
        new(ApiKey.FindCoordinator, 0, 3, 3, Sync(MetadataApi.FindCoordinator)),
        new(ApiKey.JoinGroup, 0, 7, 6, MembershipApis.JoinAsync),
        new(ApiKey.Heartbeat, 0, 4, 4, Sync(MembershipApis.Heartbeat)),
        new(ApiKey.LeaveGroup, 0, 4, 4, Sync(MembershipApis.Leave)),
        new(ApiKey.SyncGroup, 0, 5, 4, MembershipApis.SyncAsync),
        new(ApiKey.DescribeGroups, 0, 5, 5, Sync(GroupAdminApis.Describe)),
        new(ApiKey.ListGroups, 0, 4, 3, Sync(GroupAdminApis.List)),
        new(ApiKey.ApiVersions, 0, 3, 3, Sync((_, call) => ApiVersionsApi.Handle(call))),
        new(ApiKey.CreateTopics, 0, 6, 5, Sync(TopicApis.Create)),
        new(ApiKey.DeleteTopics, 0, 5, 4, Sync(TopicApis.Delete)),
        new(ApiKey.DeleteRecords, 0, 2, 2, Sync(OffsetApis.DeleteRecords)),
        new(ApiKey.InitProducerId, 0, 4, 2, Sync(ProduceApi.InitProducerId)),
        new(ApiKey.OffsetForLeaderEpoch, 0, 4, 4, Sync(OffsetApis.OffsetForLeaderEpoch)),
        new(ApiKey.DescribeConfigs, 0, 4, 4, Sync(ConfigApis.Describe)),
        new(ApiKey.AlterConfigs, 0, 2, 2, Sync(ConfigApis.Alter)),
        new(ApiKey.CreatePartitions, 0, 3, 2, Sync(TopicApis.CreatePartitions)),
        new(ApiKey.DeleteGroups, 0, 2, 2, Sync(GroupAdminApis.Delete)),
        new(ApiKey.IncrementalAlterConfigs, 0, 1, 1, Sync(ConfigApis.AlterIncrementally)),
    ];

    private static readonly Dictionary<ApiKey, Api> ByKey = All.ToDictionary(api => api.Key);

    public static Api? Find(short key) => ByKey.GetValueOrDefault((ApiKey)key);

    public bool Speaks(short version) => version >= MinVersion && version <= MaxVersion;

    public bool IsFlexible(short version) => version >= FlexibleFrom;

    private static Func<Broker, Call, ValueTask> Sync(Action<Broker, Call> handle) => (broker, call) =>
    {
        handle(broker, call);
        return ValueTask.CompletedTask;
    };
}
