using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.OpenApi;
using PieService.Api.Uploads;
using PieService.Domain;
using PieService.Domain.Datasets;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.Datasets;

/// <summary>Documents the upload. Its body is read as a stream, which the API explorer cannot analyse.</summary>
public sealed class DatasetUploadForm : IOperationFilter
{
    private static readonly DatasetDefinition Sample = new()
    {
        Name = "reviews",
        Task = LearningTask.SingleLabel,
        Format = DatasetFormat.Csv,
        Columns = new ColumnMapping { Text = "text", Label = "label" },
        Split = new SplitFractions { Validation = 0.1m, Test = 0.2m, Seed = 42 },
    };

    private static readonly JsonSerializerOptions WithoutNull = new(Json.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (operation.OperationId is not (DatasetEndpoints.ImportOperation or DatasetPlanEndpoint.Operation)) return;
        var definition = new OpenApiSchema
        {
            AllOf = [context.SchemaGenerator.GenerateSchema(typeof(DatasetDefinition), context.SchemaRepository)],
            Examples = [Example()],
        };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                ["multipart/form-data"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string> { MultipartUpload.DefinitionPart },
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            [MultipartUpload.DefinitionPart] = definition,
                            [DatasetPart.Undivided] = File(
                                "The single file of the dataset, which the definition's split divides; or an "
                                + $"archive that contains the splits ({DatasetRules.FormatsWithSplits})."),
                            [Wire.Name(Split.Train)] = File("The training split."),
                            [Wire.Name(Split.Validation)] = File("The validation split, if there is one."),
                            [Wire.Name(Split.Test)] = File("The test split."),
                            [DatasetPart.LabelsPart("train")] = Labels("train"),
                            [DatasetPart.LabelsPart("validation")] = Labels("validation"),
                            [DatasetPart.LabelsPart("test")] = Labels("test"),
                            [DatasetPart.LabelIndex] = File(
                                "The file labels.json, which defines the order of the labels; only for "
                                + $"{DatasetRules.FormatsWithLabelFiles}."),
                        },
                    },
                    Example = new JsonObject { [MultipartUpload.DefinitionPart] = Example() },
                    Encoding = new Dictionary<string, OpenApiEncoding>
                    {
                        [MultipartUpload.DefinitionPart] = new() { ContentType = "application/json" },
                    },
                },
            },
        };
    }

    /// <summary>Only the fields that the sample has, so that it can be sent as it is.</summary>
    private static JsonNode Example() => JsonSerializer.SerializeToNode(Sample, WithoutNull)!;

    private static OpenApiSchema Labels(string split) => File(
        $"The labels of each line of {split}; only for {DatasetRules.FormatsWithLabelFiles}.");

    private static OpenApiSchema File(string description) =>
        new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Format = "binary", Description = description };
}
