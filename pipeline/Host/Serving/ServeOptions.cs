using Pipeline.Detection;
using Pipeline.Domain.Policies;
using Pipeline.EventStore;

namespace Pipeline.Host.Serving;

/// <summary>What <c>alarmctl serve</c> was told.</summary>
/// <param name="Kafka">Bootstrap servers, host:port, comma separated.</param>
/// <param name="Topics">Where events come from, and where alarms and what cannot be processed go to.</param>
/// <param name="Postgres">Npgsql connection string; may hold a password, so it is never logged.</param>
/// <param name="Listen">Address of the API.</param>
/// <param name="CreateTopics">Make the topics that are missing, with the broker's defaults.</param>
/// <param name="KafkaSettings">Further librdkafka settings, for example for TLS and SASL.</param>
/// <param name="Policy">What detectors run under while the store has no policy.</param>
/// <param name="Document">Where that comes from.</param>
internal sealed record ServeOptions(
    string Kafka, ServeTopics Topics, string Postgres, Uri Listen, bool CreateTopics, IReadOnlyDictionary<string, string> KafkaSettings,
    DetectionPolicy Policy, PolicyDocument Document)
{
    /// <summary>Role to make for readers by SQL; null makes none.</summary>
    public ReadOnlyRole? Reader { get; init; }
}

/// <param name="Events">Topic of the agents.</param>
/// <param name="DeadLetters">Topic for records that cannot be processed.</param>
/// <param name="Alarms">Topic that alarm events are published to.</param>
/// <param name="AlarmStates">Compacted topic of how alarms stand.</param>
/// <param name="Policies">Topic that changes of the policy go through.</param>
/// <param name="Group">Consumer group: processes of one name share the partitions, processes of another see everything again.</param>
internal sealed record ServeTopics(
    string Events, string DeadLetters, string Alarms, string AlarmStates, string Policies, string Group);
