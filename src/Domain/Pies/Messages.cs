namespace PieService.Domain.Pies;

/// <summary>The doorbell: "this comparison's runs have all ended", or some more of them, and its labels become provisional ones. Labelling it twice gives the same labels.</summary>
public interface ILabelComparison
{
    Task ExecuteAsync(Guid comparisonId, CancellationToken cancellation);
}
