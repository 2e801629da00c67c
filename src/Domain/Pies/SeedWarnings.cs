using PieService.Domain.Sweeps;

namespace PieService.Domain.Pies;

/// <summary>What the seeds of a sweep cannot show about its PIEs.</summary>
public static class SeedWarnings
{
    /// <param name="request">A request in which <see cref="SweepRules"/> found no fault.</param>
    public static IEnumerable<Warning> Of(SweepRequest request)
    {
        if (request.Methods is not { Count: > 0 }) yield break;
        var count = request.Seeds!.Count;
        if (count == 1)
            yield return new(
                WarningCode.OneSeed,
                "With one seed, one pruned model is compared with one dense model, so it is not known how many of the "
                    + "differences come from the seed alone. Set seeds.count to 5 or more.");
        else if (count % 2 == 0)
            yield return new(
                WarningCode.EvenSeeds,
                $"With {count} seeds the vote of a cohort can be tied, and PIEs then rest on how ties are broken. Set "
                    + "seeds.count to an odd number, or filter the PIEs with minMargin.");
        if (count + request.ExtraDenseSeeds is < NoiseFloor.FewestRuns and var dense)
            yield return new(
                WarningCode.NoNoiseFloor,
                $"There is no noise floor, since it needs {NoiseFloor.FewestRuns} dense runs and the sweep has "
                    + $"{dense}: the number of PIEs that other seeds cause alone is then unknown. Set "
                    + "extraDenseSeeds, or a larger seeds.count.");
    }
}
