using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>
/// Documents error responses as application/problem+json, the only media type they have, with the cause of each status.
/// </summary>
public sealed class ProblemResponses : IOperationFilter
{
    private const string MediaType = "application/problem+json";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (response is not OpenApiResponse known || !(status.StartsWith('4') || status.StartsWith('5'))) continue;
            var schema = context.SchemaGenerator.GenerateSchema(
                status == "400" ? typeof(HttpValidationProblemDetails)
                    : typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), context.SchemaRepository);
            known.Content = new Dictionary<string, IOpenApiMediaType>
            {
                [MediaType] = new OpenApiMediaType
                {
                    Schema = schema,
                    Example = Whole(Example(status), context.ApiDescription.RelativePath!),
                },
            };
            known.Description = status switch
            {
                "400" => "The request is not valid. Each entry of errors names a field and how to fix it.",
                "404" => "There is no resource with this id.",
                "406" => "None of the accepted media types is supported.",
                "409" => "The request conflicts with the current state of the resource.",
                "413" => "The body exceeds the size limit.",
                "415" => "The media type of the body is not supported.",
                "422" => "The content of a file cannot be read. file, line and column state the position.",
                "503" =>
                    "The service is overloaded, or temporarily unavailable, for example because the database is not "
                    + "reachable. Try again after Retry-After seconds.",
                _ => known.Description,
            };
        }
    }

    private static JsonObject Whole(JsonObject example, string path)
    {
        example.Insert(0, "type", "about:blank");
        example["instance"] = "/" + path.TrimEnd('/');
        example["traceId"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        return example;
    }

    private static JsonObject Example(string status) => status switch
    {
        "400" => new JsonObject
        {
            ["title"] = "The request is not valid.",
            ["status"] = 400,
            ["detail"] = "See errors: each entry names a field and how to fix it.",
            ["errors"] = new JsonObject { ["sparsities[1]"] = new JsonArray("must be > 0 and < 100") },
        },
        "401" => Problem(
            "Unauthorized", 401,
            "This API key does not exist or was revoked. Check that the complete key was copied."),
        "403" => Problem(
            "Forbidden", 403,
            "This operation requires the role submitter; the key has the role reader."),
        "404" => Problem(
            "Not Found", 404,
            "There is no sweep with the id 01a20bbb-244d-77ce-9b22-24bf780e721b."),
        "409" => Problem(
            "Conflict", 409,
            "The dataset 01a20bbb-244d-77ce-9b22-24bf780e721b is used by sweeps: 'first' "
            + "(01a20bbb-9b5e-7f0c-8b52-5b1f3f0f6a11). GET "
            + "/api/v1/sweeps?datasetId=01a20bbb-244d-77ce-9b22-24bf780e721b lists them; delete them first."),
        "422" => new JsonObject
        {
            ["title"] = "Unprocessable Entity",
            ["status"] = 422,
            ["detail"] = "The quote is not closed.",
            ["file"] = "train",
            ["line"] = 17,
            ["column"] = "text",
        },
        "429" => Problem("Too Many Requests", 429, "The limit is 200 requests per second. Try again in 1 s."),
        "406" => Problem(
            "Not Acceptable", 406,
            "None of the accepted media types is supported. Accept one of application/json, text/csv, "
            + "application/x-ndjson, application/vnd.apache.parquet, or use the query parameter "
            + "format=json|csv|ndjson|parquet."),
        "413" => Problem("Payload Too Large", 413, "The body has more than 1048576 bytes."),
        "415" => Problem(
            "Unsupported Media Type", 415,
            "The body must be JSON, with the Content-Type application/json."),
        "503" => Problem(
            "Service Unavailable", 503,
            "The database is not reachable. Try again after Retry-After seconds."),
        _ => new JsonObject { ["status"] = int.Parse(status, CultureInfo.InvariantCulture) },
    };

    private static JsonObject Problem(string title, int status, string detail) =>
        new() { ["title"] = title, ["status"] = status, ["detail"] = detail };
}
