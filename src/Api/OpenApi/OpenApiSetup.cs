using System.Net.Mime;
using System.Text;
using System.Xml.XPath;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;

namespace PieService.Api.OpenApi;

public static class OpenApiSetup
{
    private const string Version = "v1", Address = $"/swagger/{Version}/swagger.json";

    public static void AddPieOpenApi(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc(Version, new OpenApiInfo
            {
                Title = "PieService",
                Version = Version,
                Description = "Trains dense and pruned models and finds Pruning Identified Exemplars (PIEs): the "
                    + "examples on which pruning changes the predictions.",
            });
            options.AddSecurityDefinition(AccessResponses.Scheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "pie_…",
                Description = "An API key, as ./pie key add prints it. No key is required if the service listens only "
                    + "on the loopback interface of its machine.",
            });
            foreach (var assembly in XmlTexts.Documented)
                options.IncludeXmlComments(
                    () => new XPathDocument(XmlTexts.CommentsOf(assembly).CreateReader()),
                    includeControllerXmlComments: true);
            options.OrderActionsBy(Story);
            options.SupportNonNullableReferenceTypes();
            options.UseAllOfToExtendReferenceSchemas();
            options.SchemaFilter<WireEnumSchemas>();
            options.SchemaFilter<RequestDefaults>();
            options.OperationFilter<QueryParameters>();
            options.OperationFilter<RequestHeaders>();
            options.OperationFilter<AccessResponses>();
            options.OperationFilter<TableTexts>();
            options.OperationFilter<TableResponses>();
            options.OperationFilter<StreamResponses>();
            options.OperationFilter<FileResponses>();
            options.OperationFilter<FigureResponses>();
            options.OperationFilter<SharedProblems>();
            options.OperationFilter<ProblemResponses>();
            options.OperationFilter<Examples>();
            options.DocumentFilter<AnswerSchemas>();
            options.DocumentFilter<Descriptions>();
        });
    }

    /// <summary>Sorts the operations in the order of their use: data, sweeps, runs, results.</summary>
    private static string Story(ApiDescription operation)
    {
        string[] order =
            ["Datasets", "Imports", "Examples", "Sweeps", "Runs", "Comparisons", "PIEs", "Figures", "Bundles",
                "Webhooks", "System"];
        var tag = operation.ActionDescriptor.EndpointMetadata.OfType<ITagsMetadata>().SelectMany(tags => tags.Tags)
            .FirstOrDefault();
        return $"{Array.IndexOf(order, tag):D2} {operation.RelativePath} {operation.HttpMethod}";
    }

    public static void UsePieOpenApi(this WebApplication app)
    {
        // Anyone may read the document, and its generation takes long, so it is generated once.
        var document = new Lazy<Task<byte[]>>(() => GenerateAsync(app.Services));
        app.Use(async (context, next) =>
        {
            if (context.Request.Path == Address && HttpMethods.IsGet(context.Request.Method))
                await TypedResults.Bytes(await document.Value, $"{MediaTypeNames.Application.Json}; charset=utf-8")
                    .ExecuteAsync(context);
            else await next(context);
        });
        app.UseSwaggerUI(options =>
        {
            options.DocumentTitle = "PieService";
            options.DisplayOperationId();
            options.EnableDeepLinking();
        });
    }

    private static async Task<byte[]> GenerateAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var document = scope.ServiceProvider.GetRequiredService<ISwaggerProvider>().GetSwagger(Version);
        return Encoding.UTF8.GetBytes(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_0));
    }
}
