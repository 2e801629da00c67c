using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.OpenApi;
using PieService.Api.Uploads;
using PieService.Domain;
using PieService.Domain.Foreign;
using PieService.Domain.Sweeps;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.PredictionImports;

/// <summary>Documents the upload of predictions.</summary>
public sealed class PredictionUploadForm : IOperationFilter
{
    /// <summary>The part of the only file of the sample.</summary>
    private const string FilePart = "file";

    /// <summary>A definition that can be sent as it is.</summary>
    internal static readonly PredictionImport Sample = new()
    {
        Name = "toy int4",
        Dataset = new() { FromFiles = true, Name = "toy", Task = ForeignTask.SingleLabel },
        Cohorts =
        [
            new ForeignCohort { Name = "bf16", Model = "toy", Baseline = true },
            new ForeignCohort { Name = "int4", Model = "toy", Compression = "GPTQ 4 bit", Bits = 4 },
        ],
        Files =
        [
            new ForeignFile
            {
                Part = FilePart,
                Format = ForeignFormat.Csv,
                Columns = new()
                {
                    Example = "id",
                    Label = "gold",
                    Runs = new Dictionary<string, ForeignRunColumn>
                    {
                        ["bf16"] = new() { Cohort = "bf16" },
                        ["int4"] = new() { Cohort = "int4" },
                    },
                },
            },
        ],
    };

    /// <summary>Writes only the fields that a definition has.</summary>
    internal static readonly JsonSerializerOptions WithoutDefaults = new(Json.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (operation.OperationId is not (PredictionImportEndpoints.ImportOperation
            or PredictionImportEndpoints.PlanOperation)) return;
        operation.RequestBody = UploadForm.Body<PredictionImport>(
            context,
            // Only the fields that the sample has, so that it can be sent as it is.
            JsonSerializer.SerializeToNode(Sample, WithoutDefaults)!,
            [
                (FilePart,
                    "A file of predictions. The definition names the part of each file, so that an upload can have up "
                    + $"to {ImportLimits.Files} of them, with any names."),
            ],
            others: "A further file of predictions.");
    }
}
