namespace PieService.Domain.Datasets.Reading;

/// <summary>The split of an example, as files name it.</summary>
internal static class SplitName
{
    /// <exception cref="FormatException">It is not a split; the message follows the name of its column.</exception>
    public static Split Of(string cell) => cell.ToUpperInvariant() switch
    {
        "TRAIN" => Split.Train,
        "VALIDATION" or "VALID" or "VAL" or "DEV" => Split.Validation,
        "TEST" => Split.Test,
        _ => throw new FormatException(
            $"has '{Invisible.Shown(cell.Length > 40 ? cell[..40] + "…" : cell)}', which is not a split; the splits "
            + "are train; validation, valid, val or dev; test"),
    };
}
