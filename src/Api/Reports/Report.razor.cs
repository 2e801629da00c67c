using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using PieService.Api.Comparisons;
using PieService.Api.Runs;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Api.Reports;

public partial class Report : ComponentBase
{
    private const int MostLabels = 50;

    private static readonly string Service = "PieService "
        + typeof(Report).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true };

    [Parameter, EditorRequired] public ReportContent Model { get; set; } = null!;

    /// <summary>The kind of all cohorts of the sweep.</summary>
    private CohortKind Kind => CohortKind.Of(Model.Sweep.Origin);

    private string SizeHeading => Kind.HasTargets ? "Sparsity" : Kind.SizeHeading;

    private string Provisional => Model.Sweep.FinishedAt is null ? "; the numbers may still change" : "";

    private string Splits => string.Join(
        ", ", Model.Dataset.Splits.Select(split => $"{split.Key} {ReportText.Count(split.Value.Examples)}"));

    private string LabelNames
    {
        get
        {
            var labels = Model.Dataset.Labels;
            var rest = labels.Count > MostLabels ? $" and {labels.Count - MostLabels} more" : "";
            return DirectionMarks.RemovedFrom(
                $"{string.Join(", ", labels.Take(MostLabels))}{rest} ({Wire.Name(Model.Dataset.Task)})");
        }
    }

    private string Metric => Model.Dataset.Task == LearningTask.SingleLabel ? "accuracies" : "macro-F1";

    private IReadOnlyList<string> Doubts =>
        [.. Model.Sweep.Warnings.Select(warning => warning.Message), .. Model.Sweep.Unknowns];

    private bool HasNotes => Model.Notes.Texts.Count > 0;

    private IEnumerable<string> Environments => Model.Runs.Items
        .Select(run => run.Environment is { } known
            ? $"{known.Versions}; {known.Library}; {run.Device}, {known.CpuCapability}, CPU threads: {known.Threads}"
            : null)
        .OfType<string>().Distinct().Order(StringComparer.Ordinal);

    private string Request => JsonSerializer.Serialize(Model.Sweep.Request, Indented);

    private double? ScoreOf(RunResponse run) =>
        Model.Dataset.Task == LearningTask.SingleLabel ? run.Test?.Accuracy : run.Test?.MacroF1;

    private static string Seeds(ComparedSeeds seeds) => seeds.Dense == seeds.Pruned
        ? ReportText.Count(seeds.Pruned) : $"{ReportText.Count(seeds.Dense)}, {ReportText.Count(seeds.Pruned)}";

    /// <summary>States that not all are shown; empty if all are.</summary>
    private static string More(int shown, long all, string noun) => shown == all ? ""
        : $" These are the first {ReportText.Count(shown)} of {ReportText.Count(all)} {noun}.";
}
