using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Statistics;
using PieService.Domain.Sweeps;

namespace PieService.Bench.Simulation;

/// <summary>What the planner states, beside simulated sweeps with that effect on a tenth of the examples.</summary>
internal static class SimulatedPower
{
    private const double Level = 0.05, Affected = 0.1, Contested = 0.2, ContestedShare = 0.8;

    public static void Run(int sweeps, int examples)
    {
        Measured.Say(
            $"\nPower on examples of two labels, {sweeps} sweeps of {examples} examples for each row, of which "
            + $"{Affected:P0} are affected. Contested examples have dense and pruned votes of 8 : 2; on the "
            + "rest all runs agree.");
        Measured.Say(
            "| dense | pruned | R | p at most 0.05: planned | simulated | q at most 0.05: planned "
            + "| simulated, 20 % contested | all contested |");
        Measured.Say("|---|---|---|---|---|---|---|---|");
        foreach (var (dense, pruned) in new[] { (1.0, 0.0), (0.9, 0.1), (0.8, 0.2), (0.8, 0.4) })
            foreach (var seeds in new[] { 8, 15, 30 }) PowerRow(dense, pruned, seeds, sweeps, examples);

        Measured.Say(
            $"\nThe smallest excess of the planner, planted in the contested {Contested:P0} of {examples} examples: "
            + $"share of {sweeps} sweeps whose interval is above 0.");
        Measured.Say("| R | excess | planned | simulated |");
        Measured.Say("|---|---|---|---|");
        foreach (var seeds in new[] { 5, 8, 15, 30 }) ExcessRow(seeds, sweeps, examples);
    }

    private static void PowerRow(double dense, double pruned, int seeds, int sweeps, int examples)
    {
        var planner = new VotePower([dense, 1 - dense], [pruned, 1 - pruned]);
        var (some, all) =
            (Simulated(dense, pruned, seeds, Contested, sweeps, examples),
                Simulated(dense, pruned, seeds, 1 - Affected, sweeps, examples));
        Measured.Say(
            $"| {dense:P0} | {pruned:P0} | {seeds} "
            + $"| {planner.At(new TestLevel.Alpha(Level), seeds, seeds).Power:P1} | {some.ByP:P1} "
            + $"| {planner.At(new TestLevel.Q(Level, Affected), seeds, seeds).Power:P1} | {some.ByQ:P1} "
            + $"| {all.ByQ:P1} |");
    }

    /// <summary>The shares of the affected examples that p and q find.</summary>
    private static (double ByP, double ByQ) Simulated(
        double dense, double pruned, int seeds, double contestedShare, int sweeps, int examples)
    {
        var (test, random) = (new ExactTest(), KeyedRandom.For("simulated power", dense, pruned, seeds));
        var (affected, contested) = ((int)(Affected * examples), (int)(contestedShare * examples));
        var (byP, byQ) = (0, 0);
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            var tests = new TestedVotes[examples];
            for (var i = 0; i < examples; i++)
            {
                var (d, p) = i < affected ? (dense, pruned)
                    : i < affected + contested ? (ContestedShare, ContestedShare) : (1, 1);
                tests[i] = test.Of(Votes(d, seeds, random), Votes(p, seeds, random));
            }
            byP += tests[..affected].Count(tested => tested.P <= Level * NullDistribution.Tolerance);
            byQ += StepUpQ.Of(tests)[..affected].Count(q => q <= Level);
        }
        double all = affected * sweeps;
        return (byP / all, byQ / all);
    }

    private static void ExcessRow(int seeds, int sweeps, int examples)
    {
        var excess = Detectable.Of(seeds, examples).Excess!.Value;
        var (pruned, above) = (ContestedShare - Math.Sqrt(excess / Contested), 0);
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            var random = KeyedRandom.For("simulated excess", seeds, sweep);
            var distances = new SeedDistances.Tally(seeds, seeds);
            distances.Add(Cohort(ContestedShare), Cohort(pruned));
            if (SeedEffect.Of(distances.Distances(), ComparedCohorts.OfSeeds(seeds)).Excess!.Low > 0) above++;

            PackedLabels[] Cohort(double share) =>
            [
                .. Enumerable.Range(0, seeds).Select(_ => PackedLabels.OfClasses(2, Enumerable.Range(0, examples)
                    .Select(i => i < Contested * examples && random.NextDouble() >= share ? 1 : 0).ToArray())),
            ];
        }
        Measured.Say($"| {seeds} | {excess:F5} | 80 % | {(double)above / sweeps:P0} |");
    }

    private static int[] Votes(double share, int seeds, KeyedRandom random)
    {
        var first = 0;
        for (var seed = 0; seed < seeds; seed++)
            if (random.NextDouble() < share) first++;
        return [first, seeds - first];
    }
}
