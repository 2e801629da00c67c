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
}
