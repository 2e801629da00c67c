using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.OpenApi;
using PieService.Api.Uploads;
using PieService.Domain;
using PieService.Domain.Datasets;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.Datasets;

/// <summary>Documents the upload of a dataset.</summary>
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
        operation.RequestBody = UploadForm.Body<DatasetDefinition>(
            context,
            // Only the fields that the sample has, so that it can be sent as it is.
            JsonSerializer.SerializeToNode(Sample, WithoutNull)!,
            [
                (DatasetPart.Undivided,
                    "The single file of the dataset, which the definition's split divides; or an archive that "
                    + $"contains the splits ({DatasetRules.FormatsWithSplits})."),
                (Wire.Name(Split.Train), "The training split."),
                (Wire.Name(Split.Validation), "The validation split, if there is one."),
                (Wire.Name(Split.Test), "The test split."),
                .. Wire.All<Split>().Select(split => (
                    DatasetPart.LabelsPart(split),
                    $"The labels of each line of {split}; only for {DatasetRules.FormatsWithLabelFiles}.")),
                (DatasetPart.LabelIndex,
                    "The file labels.json, which defines the order of the labels; only for "
                    + $"{DatasetRules.FormatsWithLabelFiles}."),
            ]);
    }
}
