using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>
/// A response has all of its fields, and later versions may add fields: clients can rely on the former and must
/// tolerate the latter. Unknown fields are errors only in requests.
/// </summary>
public sealed class AnswerSchemas : IDocumentFilter
{
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        var schemas = swaggerDoc.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>();
        var sent = new HashSet<string>();
        foreach (var media in from path in swaggerDoc.Paths.Values
                              from operation in path.Operations ?? []
                              from content in operation.Value.RequestBody?.Content
                                  ?? new Dictionary<string, IOpenApiMediaType>()
                              select content.Value) Collect(media.Schema, schemas, sent);
        // The members of a problem depend on the error.
        foreach (var found in schemas.Where(
            named => !sent.Contains(named.Key) && !named.Key.EndsWith("ProblemDetails", StringComparison.Ordinal))
            .Select(named => named.Value))
        {
            if (found is not OpenApiSchema { Properties.Count: > 0 } schema) continue;
            schema.AdditionalPropertiesAllowed = true;
            schema.Required = schema.Properties!.Keys.ToHashSet();
        }
    }

    private static void Collect(
        IOpenApiSchema? schema, IDictionary<string, IOpenApiSchema> schemas, HashSet<string> sent)
    {
        if (schema is OpenApiSchemaReference { Reference.Id: { } id })
        {
            if (sent.Add(id)) Collect(schemas[id], schemas, sent);
            return;
        }
        if (schema is null) return;
        foreach (var part in (schema.Properties?.Values ?? []).Concat(schema.AllOf ?? []).Append(schema.Items))
            Collect(part, schemas, sent);
    }
}
