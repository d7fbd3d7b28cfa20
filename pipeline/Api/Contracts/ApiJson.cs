using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Exclusions;

namespace Pipeline.Api.Contracts;

/// <summary>JSON of the API, generated at build time: camel case names, words in kebab-case.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AlarmListContract))]
[JsonSerializable(typeof(AlarmListItemContract))]
[JsonSerializable(typeof(AlarmContract))]
[JsonSerializable(typeof(SimilarAlarmsContract))]
[JsonSerializable(typeof(HandlingRequestContract))]
[JsonSerializable(typeof(BulkHandlingRequestContract))]
[JsonSerializable(typeof(HandlingContract))]
[JsonSerializable(typeof(BulkHandlingContract))]
[JsonSerializable(typeof(ExclusionRequestContract))]
[JsonSerializable(typeof(ExclusionRemovalContract))]
[JsonSerializable(typeof(ExclusionContract))]
[JsonSerializable(typeof(ExclusionListContract))]
[JsonSerializable(typeof(ExclusionPreviewContract))]
[JsonSerializable(typeof(PolicyRequestContract))]
[JsonSerializable(typeof(PolicyPreviewRequestContract))]
[JsonSerializable(typeof(PolicyRollbackContract))]
[JsonSerializable(typeof(PolicyContract))]
[JsonSerializable(typeof(PolicyListContract))]
[JsonSerializable(typeof(PolicyDifferencesContract))]
[JsonSerializable(typeof(PolicyPositionListContract))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>For JSON that is not made by a request.</summary>
    public static ApiJson Shaped { get; } = new(Shape(new JsonSerializerOptions(JsonSerializerDefaults.Web)));

    /// <summary>Generated code asks the options for converters and names: they have to be told here.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Default);
        Shape(options);
    }

    private static JsonSerializerOptions Shape(JsonSerializerOptions options)
    {
        options.Converters.Add(new Word<AlarmType>());
        options.Converters.Add(new Word<Severity>());
        options.Converters.Add(new Word<Outcome>());
        options.Converters.Add(new Word<AlarmState>());
        options.Converters.Add(new Word<HistoryKind>());
        options.Converters.Add(new Word<AlarmAction>());
        options.Converters.Add(new Word<Verdict>());
        options.Converters.Add(new Word<ExclusionField>());
        options.Converters.Add(new Word<ExclusionOperator>());
        options.Converters.Add(new Word<ExclusionState>());
        options.RespectNullableAnnotations = true;
        options.NumberHandling = JsonNumberHandling.Strict;
        return options;
    }

    /// <summary>Of the library's own kind, since its schema generator knows only that; a test holds it to <see cref="Spelling"/>.</summary>
    private sealed class Word<TWord>() : JsonStringEnumConverter<TWord>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) where TWord : struct, Enum;
}
