namespace PieService.Api.Lists;

/// <summary>How long a page may get: it is made in memory. Characters, roughly.</summary>
public static class AnswerLength
{
    /// <summary>A page of short items stays far below.</summary>
    public const int Most = 8 * 1024 * 1024;

    private const int LongestNumber = 12;

    /// <summary>Of a number for each label, by its name.</summary>
    public static int OfCounts(IReadOnlyList<string> labels) => labels.Sum(label => label.Length + LongestNumber);

    /// <summary>Of a number for each label, in their order.</summary>
    public static int OfScores(int labels) => labels * LongestNumber;
}
