namespace PieService.Domain.Foreign;

/// <summary>
/// The columns of a table, long (a row has one answer of one run) or wide (a row has the answers of several runs).
/// </summary>
public sealed record ForeignColumns
{
    /// <summary>The column of the ids of the examples in the source.</summary>
    public string? Example { get; init; }

    /// <summary>The column of the positions of the examples, from 0. Without ids and positions a row's own place is
    /// the position.</summary>
    public string? Position { get; init; }

    /// <summary>The column of the text.</summary>
    public string? Text { get; init; }

    /// <summary>The column of the gold label, or of the list of gold labels.</summary>
    public string? Label { get; init; }

    /// <summary>The column of the answer; without it, the scores decide.</summary>
    public string? Predicted { get; init; }

    /// <summary>The column of the name of the cohort.</summary>
    public string? Cohort { get; init; }

    /// <summary>The column of the seed of the run.</summary>
    public string? Seed { get; init; }

    /// <summary>The column of the scores: a list in the order of the labels, a list of { label, score }, or an object.
    /// </summary>
    public string? Scores { get; init; }

    /// <summary>The beginning of the names of the columns that have the score of a label each.</summary>
    public string? ScoresPrefix { get; init; }

    /// <summary>The column of the group to which an example belongs, such as a document.</summary>
    public string? Cluster { get; init; }

    /// <summary>The columns with the answers of a run each.</summary>
    public IReadOnlyDictionary<string, ForeignRunColumn>? Runs { get; init; }

    /// <summary>Whether the rows have neither answers nor scores by name: a row is a list of { label, score
    /// }.</summary>
    internal bool AreLists => Predicted is null && Scores is null && ScoresPrefix is null && Runs is null;

    /// <summary>Each column, with the path of its field.</summary>
    internal IEnumerable<(string Field, string Column)> Named()
    {
        (string, string?)[] single =
        [
            ("example", Example), ("position", Position), ("text", Text), ("label", Label), ("predicted", Predicted),
            ("cohort", Cohort), ("seed", Seed), ("scores", Scores), ("cluster", Cluster),
        ];
        return
        [
            .. from column in single where column.Item2 is not null select (column.Item1, column.Item2),
            .. (Runs ?? new Dictionary<string, ForeignRunColumn>()).Keys.Select(name => ($"runs.{name}", name)),
        ];
    }
}

/// <summary>The run whose answers a column has.</summary>
public sealed record ForeignRunColumn
{
    /// <summary>The name of the cohort of the run.</summary>
    public string? Cohort { get; init; }

    /// <summary>The seed of the run.</summary>
    public int Seed { get; init; }
}
