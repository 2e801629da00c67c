using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Labelling;

namespace PieService.Domain.Foreign;

/// <summary>The conditions that the definition of an import must meet; reports all faults at once.</summary>
public static class ImportRules
{
    /// <param name="parts">The names of the file parts of the upload.</param>
    public static IReadOnlyList<FieldError> Check(PredictionImport import, IReadOnlyCollection<string> parts) =>
    [
        .. Name("name", import.Name),
        .. import.Dataset is { } dataset ? Dataset(dataset)
            : [new FieldError("dataset", "is required: { \"id\": … } or { \"fromFiles\": true, … }")],
        .. CohortRules.Check(import.Cohorts),
        .. FileRules.Check(import, parts),
    ];

    internal static IEnumerable<FieldError> Name(string field, string? name)
    {
        if (string.IsNullOrWhiteSpace(name)) yield return new(field, "is required: 1 to 200 characters");
        else if (!FieldError.IsName(name)) yield return new(field, DatasetRules.NameRule);
    }

    private static IEnumerable<FieldError> Dataset(ForeignDataset dataset)
    {
        if (dataset.Id is null == !dataset.FromFiles)
            yield return new("dataset", "must have either the id of a dataset or fromFiles: true");
        if (dataset.Id is not null)
        {
            if (dataset.Name is not null) yield return new("dataset.name", "is for fromFiles; leave it out");
            if (dataset.Task is not null) yield return new("dataset.task", "is that of the dataset; leave it out");
            if (dataset.Labels is not null) yield return new("dataset.labels", "are those of the dataset; omit them");
            yield break;
        }
        if (dataset.Match is not null) yield return new("dataset.match", "is for an existing dataset; leave it out");
        foreach (var error in Name("dataset.name", dataset.Name)) yield return error;
        if (dataset.Task is null)
            yield return new("dataset.task", $"is required: one of {string.Join(", ", Wire.All<ForeignTask>())}");
        foreach (var error in Labels(dataset)) yield return error;
    }

    private static IEnumerable<FieldError> Labels(ForeignDataset dataset)
    {
        if (dataset.Labels is not { } labels) yield break;
        if (dataset.Task is ForeignTask.Correctness)
            yield return new("dataset.labels", "are right and wrong for correctness; leave them out");
        var least = dataset.Task is ForeignTask.MultiLabel ? 1 : 2;
        if (labels.Count < least) yield return new("dataset.labels", $"must have at least {least} labels");
        if (labels.Count > DatasetLimits.MaxLabels)
            yield return new("dataset.labels", $"must have at most {DatasetLimits.MaxLabels} labels");
        else
            foreach (var error in LabelRules.Each(
                labels.Select((label, i) => ($"dataset.labels[{i}]", (string?)label))))
                yield return error;
    }
}
