using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>A subgroup to be created.</summary>
public sealed record SubgroupRequest
{
    public const int MostCharacters = 200;

    /// <summary>The name, 1 to 200 characters, which no other subgroup of the dataset has.</summary>
    public string? Name { get; init; }

    /// <summary>The conditions, at least one; an example of the subgroup meets all of them.</summary>
    public SubgroupWhere? Where { get; init; }

    /// <param name="labels">The labels of the dataset.</param>
    /// <param name="attributes">Its attributes.</param>
    public IReadOnlyList<FieldError> Check(IReadOnlyList<string> labels, IReadOnlyList<string> attributes)
    {
        List<FieldError> errors = Name is null || !FieldError.IsName(Name) ? [new("name", DatasetRules.NameRule)] : [];
        if (Where is null || Where == new SubgroupWhere())
            errors.Add(new(
                "where", "is required, with at least one condition: contains, label, minWords, maxWords, or attribute "
                + "with equals"));
        else errors.AddRange([.. Texts(Where), .. Labels(Where, labels), .. Attributes(Where, attributes)]);
        return errors;
    }

    private static IEnumerable<FieldError> Texts(SubgroupWhere where)
    {
        if (where.Contains is { } part && (part.Length is 0 or > MostCharacters || part.Contains('\0')))
            yield return new("where.contains", $"must have 1 to {MostCharacters} characters, none of them NUL");
        if (where.MinWords < 0) yield return new("where.minWords", "must be 0 or more");
        if (where.MaxWords < (where.MinWords ?? 0))
            yield return new("where.maxWords", "must be 0 or more, and not less than minWords");
    }

    private static IEnumerable<FieldError> Labels(SubgroupWhere where, IReadOnlyList<string> labels)
    {
        if (where.Label is { } label && !labels.Contains(label))
            yield return new("where.label", $"is not a label of this dataset; it has {ColumnNames.Listed(labels)}");
    }

    private static IEnumerable<FieldError> Attributes(SubgroupWhere where, IReadOnlyList<string> attributes)
    {
        if (where.Attribute is null && where.AttributeValue is not null)
            yield return new("where.attribute", "is required with equals: the name of an attribute");
        if (where.Attribute is not { } name) yield break;
        if (!attributes.Contains(name))
            yield return new(
                "where.attribute",
                $"is not an attribute of this dataset; it has {ColumnNames.Listed(attributes)}");
        if (where.AttributeValue is not { Length: >= 1 and <= DatasetLimits.MaxAttributeValue } value
            || value.Contains('\0'))
            yield return new(
                "where.equals",
                $"is required with attribute: 1 to {DatasetLimits.MaxAttributeValue} characters, none of them NUL");
    }
}
