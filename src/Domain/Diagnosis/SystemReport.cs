namespace PieService.Domain.Diagnosis;

/// <summary>The diagnosis of a service or of a machine.</summary>
/// <param name="CanRun">Whether a sweep could run now: no finding is a problem.</param>
/// <param name="Findings">What was found, one for each subject and thing.</param>
public sealed record SystemReport(bool CanRun, IReadOnlyList<Finding> Findings)
{
    public static SystemReport Of(IEnumerable<Finding> findings)
    {
        Finding[] all = [.. findings];
        return new(Array.TrueForAll(all, finding => finding.State != FindingState.Problem), all);
    }
}
