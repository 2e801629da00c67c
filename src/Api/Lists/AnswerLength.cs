namespace PieService.Api.Lists;

/// <summary>The largest length of a page, in characters, approximately: a page is built in memory.</summary>
public static class AnswerLength
{
    /// <summary>A page of short items is far below this length.</summary>
    public const int Most = 8 * 1024 * 1024;

    private const int LongestNumber = 12;

    /// <summary>The length of a number for each label, with the name of the label.</summary>
    public static int OfCounts(IReadOnlyList<string> labels) => labels.Sum(label => label.Length + LongestNumber);

    /// <summary>The length of a list with a number for each label.</summary>
    public static int OfScores(int labels) => labels * LongestNumber;
}
