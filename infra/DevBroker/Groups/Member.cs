namespace DevBroker.Groups;

/// <summary>An assignment protocol a member speaks, with its own data, which the server passes on without looking inside.</summary>
internal sealed record MemberProtocol(string Name, byte[] Metadata);

/// <summary>A member of a consumer group. Owned by its group's lock.</summary>
internal sealed class Member(string id, string? instanceId)
{
    public string Id { get; } = id;

    /// <summary>The name under which a static member comes back after a restart; null for a dynamic one.</summary>
    public string? InstanceId { get; } = instanceId;

    public string ClientId { get; set; } = "";

    public string ClientHost { get; set; } = "";

    public int SessionTimeoutMs { get; set; }

    public int RebalanceTimeoutMs { get; set; }

    /// <summary>In the order of the member's preference.</summary>
    public IReadOnlyList<MemberProtocol> Protocols { get; set; } = [];

    public byte[] Assignment { get; set; } = [];

    /// <summary>When the member counts as dead, on the clock's monotonic scale; not looked at while it waits for an answer.</summary>
    public long ExpiresAt { get; set; }

    /// <summary>The answer a JoinGroup request waits for; null if none does.</summary>
    public TaskCompletionSource<JoinResult>? PendingJoin { get; set; }

    /// <summary>The answer a SyncGroup request waits for; null if none does.</summary>
    public TaskCompletionSource<SyncResult>? PendingSync { get; set; }

    public bool IsWaiting => PendingJoin is not null || PendingSync is not null;

    public byte[] MetadataFor(string? protocol) => Protocols.FirstOrDefault(candidate => candidate.Name == protocol)?.Metadata ?? [];

    public bool SpeaksSame(IReadOnlyList<MemberProtocol> protocols) =>
        Protocols.Count == protocols.Count
        && Protocols.Zip(protocols).All(pair => pair.First.Name == pair.Second.Name && pair.First.Metadata.AsSpan().SequenceEqual(pair.Second.Metadata));
}
