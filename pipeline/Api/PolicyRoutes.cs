using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Pipeline.Api.Contracts;

namespace Pipeline.Api;

/// <summary>Paths of the policy.</summary>
internal static class PolicyRoutes
{
    private const string Tag = "Policy";

    public static void Map(RouteGroupBuilder policies)
    {
        policies.WithTags(Tag);
        policies.MapGet("", PolicyEndpoints.ListAsync)
            .WithName("listPolicies")
            .WithSummary("List the revisions of the policy")
            .WithDescription("The newest, which is in force, first; without their documents.")
            .Produces<PolicyListContract>();
        policies.MapGet("/current", PolicyEndpoints.CurrentAsync)
            .WithName("getCurrentPolicy")
            .WithSummary("Get the policy in force")
            .WithDescription("Its ETag is its revision. Revision 0 without a document while the policy was never changed: each process holds to the one it was started with.")
            .Produces<PolicyContract>();
        policies.MapGet("/{revision}", PolicyEndpoints.FindAsync)
            .WithName("getPolicy")
            .WithSummary("Get one revision")
            .Produces<PolicyContract>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        policies.MapGet("/differences", PolicyEndpoints.DifferAsync)
            .WithName("comparePolicies")
            .WithSummary("Compare two revisions")
            .WithDescription("Setting by setting; 0 is the policy that the answering process was started with.")
            .Produces<PolicyDifferencesContract>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        policies.MapGet("/positions", PolicyEndpoints.PositionsAsync)
            .WithName("listPolicyPositions")
            .WithSummary("See which policy held where in a partition")
            .Produces<PolicyPositionListContract>();
        MapChanges(policies);
    }

    private static void MapChanges(RouteGroupBuilder policies)
    {
        var large = new RequestSizeLimitAttribute(PolicyEndpoints.LongestBody);
        policies.MapPost("/preview", PolicyEndpoints.PreviewAsync)
            .WithName("previewPolicy")
            .WithSummary("Check a document and see what it would change")
            .WithMetadata(large)
            .Accepts<PolicyPreviewRequestContract>("application/json")
            .Produces<PolicyDifferencesContract>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        policies.MapPost("", PolicyEndpoints.ApplyAsync)
            .WithName("applyPolicy")
            .WithSummary("Put a document in force")
            .WithDescription("Running detectors take it up within a second, each partition at an offset that is stored. A document that cannot be read changes "
                + "nothing; the problem lists its faults. If-Match with the ETag of the policy in force refuses it when that was changed since.")
            .WithMetadata(large)
            .Accepts<PolicyRequestContract>("application/json")
            .Produces<PolicyContract>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        policies.MapPost("/rollback", PolicyEndpoints.RollBackAsync)
            .WithName("rollBackPolicy")
            .WithSummary("Put an earlier revision in force again")
            .WithDescription("As a new revision: nothing is lost from the history.")
            .Accepts<PolicyRollbackContract>("application/json")
            .Produces<PolicyContract>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
    }
}
