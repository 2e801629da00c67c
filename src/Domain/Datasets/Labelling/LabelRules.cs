namespace PieService.Domain.Datasets.Labelling;

/// <summary>
/// The conditions for the labels of a definition: their order, their names, and those that are dropped.
/// </summary>
internal static class LabelRules
{
    public static IEnumerable<FieldError> Check(DatasetDefinition definition) =>
        [.. Labels(definition), .. Names(definition), .. Dropped(definition)];

    private static IEnumerable<FieldError> Labels(DatasetDefinition definition)
    {
        if (definition.Labels is not { } labels) yield break;
        if (definition.LabelNames is not null)
            yield return new("labels", "fixes the order of the labels, as labelNames does; omit one of them");
        else if (definition.Columns?.LabelColumns is not null)
            yield return new(
                "labels", "fixes the order of the labels, as the list columns.labels does; leave it out");
        foreach (var error in Enough("labels", labels.Count, definition)) yield return error;
        if (labels.Count > DatasetLimits.MaxLabels) yield break;
        foreach (var error in Each(labels.Select((label, i) => ($"labels[{i}]", (string?)label)))) yield return error;
    }

    private static IEnumerable<FieldError> Names(DatasetDefinition definition)
    {
        if (definition.LabelNames is not { } names) yield break;
        foreach (var error in Enough("labelNames", names.Codes.Count, definition)) yield return error;
        if (names.Codes.Count > DatasetLimits.MaxLabels) yield break;
        foreach (var error in Each(names.Codes.Select(code => (names.Field(code), names.NameOf(code)))))
            yield return error;
        foreach (var code in names.Codes)
        {
            if (LabelText.Fault(code) is { } fault)
                yield return new(names.Field(code), $"must be a label of the files: {fault}");
            else if (definition.Columns?.LabelColumns is { } columns && !columns.Contains(code))
                yield return new(names.Field(code), "must be one of columns.labels, which are the labels of the files");
        }
        foreach (var column in definition.Columns?.LabelColumns ?? Enumerable.Empty<string>())
            if (names.NameOf(column) is null)
                yield return new("labelNames", $"must have a name for '{column}' of columns.labels");
    }

    private static IEnumerable<FieldError> Dropped(DatasetDefinition definition)
    {
        if (definition.DropLabels is not { } dropped) yield break;
        if (dropped.Count > DatasetLimits.MaxDropped)
        {
            yield return new("dropLabels", $"must have at most {DatasetLimits.MaxDropped} labels");
            yield break;
        }
        for (var i = 0; i < dropped.Count; i++)
        {
            if (dropped[i] is null) yield return new($"dropLabels[{i}]", "must be a string");
            else if (dropped[i].Length > 0 && LabelText.Fault(dropped[i]) is { } fault)
                yield return new($"dropLabels[{i}]", $"must be a label of the files, or \"\": {fault}");
            else if (definition.Labels?.Contains(dropped[i]) is true)
                yield return new($"dropLabels[{i}]", "is among labels; its examples are either kept or dropped");
            else if (definition.Columns?.LabelColumns?.Contains(dropped[i]) is true)
                yield return new(
                    $"dropLabels[{i}]", "is among columns.labels; its examples are either kept or dropped");
            else if (definition.LabelNames?.NameOf(dropped[i]) is not null)
                yield return new(
                    $"dropLabels[{i}]", "has a name in labelNames; its examples are either kept or dropped");
        }
    }

    private static IEnumerable<FieldError> Enough(string field, int count, DatasetDefinition definition)
    {
        var least = DatasetRules.LeastLabels(definition.Task);
        if (count < least)
            yield return new(
                field,
                $"must have at least {(least == 1 ? "one label" : "two labels")}; leave it out to take them "
                    + "from the files");
        if (count > DatasetLimits.MaxLabels)
            yield return new(field, $"must have at most {DatasetLimits.MaxLabels} labels");
    }

    /// <summary>Each must be a label that can be distinguished from those before it.</summary>
    public static IEnumerable<FieldError> Each(IEnumerable<(string Field, string? Label)> labels)
    {
        var first = new Dictionary<string, (string Field, string Label)>(StringComparer.Ordinal);
        foreach (var (field, label) in labels)
        {
            if (label is null) yield return new(field, DatasetRules.NameRule);
            else if (LabelText.Fault(label) is { } fault) yield return new(field, fault);
            else if (!first.TryAdd(LabelText.Appearance(label), (field, label)))
            {
                var earlier = first[LabelText.Appearance(label)];
                yield return new(
                    field,
                    earlier.Label == label ? $"repeats {earlier.Field}" : LabelText.Confusion(label, earlier.Label));
            }
        }
    }
}
