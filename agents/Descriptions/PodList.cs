using System.Collections.Immutable;
using System.Text.Json;
using Agents.Descriptions.Formats;
using Pipeline.Domain.Containers;

namespace Agents.Descriptions;

/// <summary>Reads the list of pods that a kubelet (/pods) and an API server (/api/v1/pods) give.</summary>
public static class PodList
{
    private const int LongestId = 256;

    private static readonly string[] StatusLists = ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"];

    /// <param name="mostPods">Pods that are read; the rest is left out.</param>
    /// <returns>Null when it is not a list of pods. A pod that is not valid is left out.</returns>
    public static IReadOnlyList<PodDescription>? Read(ReadOnlyMemory<byte> json, int mostPods)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DescriptionLimits.Default.Depth });
            JsonElement items = Field(document.RootElement, "items");
            if (items.ValueKind == JsonValueKind.Null && Text(document.RootElement, "kind") == "PodList") return [];
            if (items.ValueKind != JsonValueKind.Array) return null;
            var pods = new List<PodDescription>();
            foreach (JsonElement item in items.EnumerateArray().Take(mostPods))
            {
                if (Pod(item) is { } pod) pods.Add(pod);
            }

            return pods;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static PodDescription? Pod(JsonElement pod)
    {
        JsonElement metadata = Field(pod, "metadata");
        JsonElement spec = Field(pod, "spec");
        string name = Text(metadata, "name");
        string uid = Text(metadata, "uid");
        if (name.Length == 0 || uid.Length == 0) return null;
        ImmutableSortedDictionary<string, string> labels = Labels(Field(metadata, "labels"));
        (string kind, string owner) = Owner(metadata, labels);
        string account = Text(spec, "serviceAccountName") is { Length: > 0 } written ? written : Text(spec, "serviceAccount");
        var facts = new PodFacts(Text(metadata, "namespace"), name, uid, kind, owner.Length > 0 ? owner : name, account);
        JsonElement annotations = Field(metadata, "annotations");
        string mirror = Text(annotations, "kubernetes.io/config.mirror");
        return new PodDescription(facts, labels, ContainerIds(Field(pod, "status")), mirror);
    }

    /// <summary>The controller, or the first that is named; a pod without belongs to itself.</summary>
    private static (string Kind, string Name) Owner(JsonElement metadata, ImmutableSortedDictionary<string, string> labels)
    {
        JsonElement owners = Field(metadata, "ownerReferences");
        if (owners.ValueKind != JsonValueKind.Array || owners.GetArrayLength() == 0) return ("Pod", "");
        JsonElement owner = owners.EnumerateArray().FirstOrDefault(one => Field(one, "controller").ValueKind == JsonValueKind.True);
        if (owner.ValueKind == JsonValueKind.Undefined) owner = owners[0];
        return WorkloadOwner.Of(Text(owner, "kind"), Text(owner, "name"), labels);
    }

    private static ImmutableArray<string> ContainerIds(JsonElement status)
    {
        var ids = ImmutableArray.CreateBuilder<string>();
        foreach (string list in StatusLists)
        {
            JsonElement statuses = Field(status, list);
            if (statuses.ValueKind != JsonValueKind.Array) continue;
            foreach (JsonElement container in statuses.EnumerateArray().Take(LongestId))
            {
                string id = Text(container, "containerID");
                id = id[(id.LastIndexOf('/') + 1)..];
                if (id.Length is > 0 and <= LongestId) ids.Add(id);
            }
        }

        return ids.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, string> Labels(JsonElement map)
    {
        if (map.ValueKind != JsonValueKind.Object) return ImmutableSortedDictionary<string, string>.Empty;
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty label in map.EnumerateObject())
        {
            if (labels.Count == DescriptionLimits.Default.Labels) break;
            if (label.Value.ValueKind != JsonValueKind.String || label.Name.Length > DescriptionLimits.Default.KeptStringLength) continue;
            string value = label.Value.GetString()!;
            if (value.Length <= DescriptionLimits.Default.KeptStringLength) labels[label.Name] = value;
        }

        return labels.ToImmutable();
    }

    private static JsonElement Field(JsonElement at, string name) =>
        at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out JsonElement value) ? value : default;

    /// <summary>Empty when there is none, or it is no string, or longer than any name.</summary>
    private static string Text(JsonElement at, string name) =>
        Field(at, name) is { ValueKind: JsonValueKind.String } field && field.GetString() is { } text
            && text.Length <= DescriptionLimits.Default.KeptStringLength
            ? text
            : "";
}
