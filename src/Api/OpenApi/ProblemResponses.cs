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
                status == "400" ? typeof(HttpValidationProblemDetails) : typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), context.SchemaRepository);
            known.Content = new Dictionary<string, IOpenApiMediaType> { [MediaType] = new OpenApiMediaType { Schema = schema, Example = Whole(Example(status), context.ApiDescription.RelativePath!) } };
            known.Description = status switch
            {
                "400" => "The request is not valid. Each entry of errors names a field and how to fix it.",
                "404" => "There is no resource with this id.",
                "406" => "None of the accepted media types is supported.",
                "409" => "The request conflicts with the current state of the resource.",
                "413" => "The body exceeds the size limit.",
                "415" => "The media type of the body is not supported.",
                "422" => "The content of a file cannot be read. file, line and column state the position.",
                "503" => "The service is temporarily unavailable, for example because the database is not reachable. Try again after Retry-After seconds.",
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
            ["detail"] = "See errors: each names a field and how to fix it.",
            ["errors"] = new JsonObject { ["sparsities[1]"] = new JsonArray("must be > 0 and < 100") },
        },
        "401" => new JsonObject { ["title"] = "Unauthorized", ["status"] = 401, ["detail"] = "This API key does not exist, or was revoked. Check that it was copied whole." },
        "403" => new JsonObject { ["title"] = "Forbidden", ["status"] = 403, ["detail"] = "This needs the role submitter; the key has the role reader." },
        "404" => new JsonObject { ["title"] = "Not Found", ["status"] = 404, ["detail"] = "There is no sweep with the id 01a20bbb-244d-77ce-9b22-24bf780e721b." },
        "409" => new JsonObject { ["title"] = "Conflict", ["status"] = 409, ["detail"] = "A sweep uses the dataset." },
        "422" => new JsonObject
        {
            ["title"] = "Unprocessable Entity",
            ["status"] = 422,
            ["detail"] = "The quote is not closed.",
            ["file"] = "train",
            ["line"] = 17,
            ["column"] = "text",
        },
        "429" => new JsonObject { ["title"] = "Too Many Requests", ["status"] = 429, ["detail"] = "More than 200 requests a second. Try again in 1 s." },
        "406" => new JsonObject { ["title"] = "Not Acceptable", ["status"] = 406, ["detail"] = "Served are application/json, text/csv, application/x-ndjson and application/vnd.apache.parquet." },
        "413" => new JsonObject { ["title"] = "Payload Too Large", ["status"] = 413, ["detail"] = "The body has more than 1048576 bytes." },
        "415" => new JsonObject { ["title"] = "Unsupported Media Type", ["status"] = 415, ["detail"] = "The body must be JSON, with the Content-Type application/json." },
        "503" => new JsonObject { ["title"] = "Service Unavailable", ["status"] = 503, ["detail"] = "The database cannot be reached at the moment. Try again shortly." },
        _ => new JsonObject { ["status"] = int.Parse(status, CultureInfo.InvariantCulture) },
    };
}
