using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Pipeline.Api.Contracts;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api;

/// <summary>What the OpenAPI document says beyond the types: the list's parameters, an example, who we are.</summary>
internal static class OpenApiDescription
{
    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
        options.CreateSchemaReferenceId = type =>
            OpenApiOptions.CreateDefaultSchemaReferenceId(type)?.Replace("Contract", "", StringComparison.Ordinal);
        options.AddSchemaTransformer((schema, _, _) =>
        {
            // Words; the library lists them and leaves out what they are.
            if (schema.Enum is { Count: > 0 }) schema.Type ??= JsonSchemaType.String;
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Container alarms",
                Version = "1",
                Description =
                    "Runtime alarms for containers: reading them, and doing something about them. Times are UTC. Errors are problem details (RFC 9457) whose type is a URN that never changes.",
            };
            // Where it is reached is known to who asks for it; a document must not differ by that.
            document.Servers?.Clear();
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, _, _) =>
        {
            if (operation.OperationId == "listAlarms")
            {
                operation.Parameters = [.. QueryParameter.All.Select(Parameter)];
                if (operation.Responses?["200"].Content?["application/json"] is { } body) body.Example = ListExample();
            }

            if (operation.OperationId is "handleAlarms") operation.Parameters = [.. QueryParameter.Filters.Select(Parameter)];
            if (operation.OperationId is "exportAlarms") operation.Parameters = [Parameter(QueryParameter.Format), .. QueryParameter.Filters.Select(Parameter)];
            if (operation.OperationId is "watchAlarms") Watch(operation);

            if (operation.OperationId is "getAlarm" or "handleAlarm" or "similarAlarms" && operation.Parameters?[0] is OpenApiParameter id)
            {
                id.Description = "Id of the alarm.";
                id.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" };
                id.Example = "4d201a62-60a3-812a-a842-4b6329ec9ad7";
            }

            if (operation.OperationId == "applyPolicy" && operation.RequestBody?.Content?["application/json"] is { } change)
                change.Example = PolicyExample();
            if (operation.OperationId == "rollBackPolicy" && operation.RequestBody?.Content?["application/json"] is { } rollback)
                rollback.Example = new JsonObject { ["revision"] = 3, ["author"] = "ann", ["reason"] = "too loud" };

            return Task.CompletedTask;
        });
    }

    private static JsonObject PolicyExample() => new()
    {
        ["document"] = "id: shop\nversion: 4\nabnormal-startup:\n  check-extended-mount-sources: true\n",
        ["author"] = "ann",
        ["reason"] = "CHG-4711: watch the extended mount sources too",
    };

    private static IOpenApiParameter Parameter(QueryParameter parameter) => new OpenApiParameter
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = parameter.Description,
        Schema = Schema(parameter),
        Example = Example(parameter),
        // Words may be separated by commas or the parameter repeated; a comma is what the document can say of the two.
        Style = parameter.Kind == QueryParameterKind.Words ? ParameterStyle.Form : null,
        Explode = false,
    };

    private static void Watch(OpenApiOperation operation)
    {
        var position = new OpenApiParameter
        {
            Name = "Last-Event-ID",
            In = ParameterLocation.Header,
            Description = "The id of the last message that came, to be told what was missed.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            Example = "4711",
        };
        operation.Parameters = [.. QueryParameter.Filters.Select(Parameter), position];
        if (operation.Responses?["200"].Content?["text/event-stream"] is { } body)
            body.Example = $"id: 4711\nevent: ready\ndata: {{}}\n\nid: 4712\nevent: alarm\ndata: {ListExample()!["alarms"]![0]!.ToJsonString()}\n\n";
    }

    private static OpenApiSchema Schema(QueryParameter parameter) => parameter.Kind switch
    {
        QueryParameterKind.Words => new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Items = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. parameter.Words.Select(word => (JsonNode)word)] },
        },
        QueryParameterKind.Word => new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. parameter.Words.Select(word => (JsonNode)word)] },
        QueryParameterKind.Time => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
        QueryParameterKind.Limit => new OpenApiSchema
        {
            Type = JsonSchemaType.Integer,
            Minimum = "1",
            Maximum = $"{QueryParameter.LargestLimit}",
            Default = QueryParameter.DefaultLimit,
        },
        _ => new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = QueryParameter.LongestValue },
    };

    private static JsonNode Example(QueryParameter parameter) => parameter.Kind switch
    {
        QueryParameterKind.Words => new JsonArray([.. parameter.Example.Split(',').Select(word => (JsonNode)word)]),
        QueryParameterKind.Limit => QueryParameter.DefaultLimit,
        _ => parameter.Example,
    };

    private static JsonNode? ListExample()
    {
        var seen = new DateTime(2026, 3, 1, 10, 0, 0, DateTimeKind.Utc);
        var source = new SourceContract(
            "node-1", "", "4f1c8f0e6b7d", "web", "registry.example/shop/web:1.4", "sha256:9b2c", "shop", "web-0", "StatefulSet/web");
        var alarm = new AlarmListItemContract(
            Guid.Parse("4d201a62-60a3-812a-a842-4b6329ec9ad7"), AlarmType.AbnormalStartup, "AS-01", "container_1003", "Container started with too much power",
            Severity.High, Outcome.SystemVulnerability, AlarmState.Open, source, "web", ["privileged:true"], 1, seen, seen, seen.AddMilliseconds(150),
            seen.AddMilliseconds(40), [], null, "", null, null);
        return JsonSerializer.SerializeToNode(new AlarmListContract([alarm], null), ApiJson.Shaped.AlarmListContract);
    }
}
