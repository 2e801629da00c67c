using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using PieService.Domain;
using PieService.Domain.Datasets;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.Datasets;

/// <summary>Documents the upload: its body is read as a stream, which the API explorer cannot look into.</summary>
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

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (operation.OperationId != DatasetEndpoints.ImportOperation) return;
        var definition = context.SchemaGenerator.GenerateSchema(typeof(DatasetDefinition), context.SchemaRepository);
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
                        Required = new HashSet<string> { DatasetUpload.DefinitionPart },
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            [DatasetUpload.DefinitionPart] = definition,
                            [DatasetPart.Undivided] = File($"The only file, to be divided by the definition's split; or the archive, which holds the splits ({DatasetRules.FormatsWithSplits})."),
                            [Wire.Name(Split.Train)] = File("The training split; without split in the definition."),
                            [Wire.Name(Split.Validation)] = File("The validation split, if there is one."),
                            [Wire.Name(Split.Test)] = File("The test split."),
                            [DatasetPart.LabelsPart("train")] = Labels("train"),
                            [DatasetPart.LabelsPart("validation")] = Labels("validation"),
                            [DatasetPart.LabelsPart("test")] = Labels("test"),
                            [DatasetPart.LabelIndex] = File($"For {DatasetRules.FormatsWithLabelFiles}: labels.json, which fixes the order of the labels."),
                        },
                    },
                    Example = new JsonObject { [DatasetUpload.DefinitionPart] = JsonNode.Parse(Json.Write(Sample)) },
                    Encoding = new Dictionary<string, OpenApiEncoding>
                    {
                        [DatasetUpload.DefinitionPart] = new() { ContentType = "application/json" },
                    },
                },
            },
        };
    }

    private static OpenApiSchema Labels(string split) => File($"For {DatasetRules.FormatsWithLabelFiles}: the labels of each line of {split}.");

    private static OpenApiSchema File(string description) => new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Format = "binary", Description = description };
}
