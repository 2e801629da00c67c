namespace PieService.Api.Figures;

/// <summary>Counts of several groups as a caption states them: 30, or 4 to 30.</summary>
internal static class CountText
{
    public static string Of(IEnumerable<int> counts) => counts.Distinct().Order().ToList() switch
    {
        [] => "0",
        [var only] => $"{only}",
        [var least, .., var most] => $"{least} to {most}",
    };

    /// <summary>The counts with a noun, which is singular only after 1: 1 run, or 1 to 3 runs.</summary>
    public static string Of(IReadOnlyCollection<int> counts, string noun) =>
        $"{Of(counts)} {noun}{(counts.Count > 0 && counts.All(count => count == 1) ? "" : "s")}";
}
