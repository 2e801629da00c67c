using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Statistics;

namespace PieService.Bench.Simulation;

/// <summary>
/// Simulated sweeps of known truth: the false discovery rate of q, the share of the affected examples that it finds,
/// and the bias and coverage of the excess.
/// </summary>
internal static class SimulatedSweeps
{
    private const double Level = 0.05;

    public static void Run(int sweeps, int examples)
    {
        Measured.Say(
            $"Sweeps of {examples} examples, {sweeps} for each row; q at most {Level}. FDR: mean share of unaffected "
            + "examples among those found (0 if none is found).");
        Measured.Say(
            "| C | R | factors | seeds | affected | FDR | FDR paired | found | found by BH | found paired "
            + "| true excess | bias | coverage | above or below 0 |");
        Measured.Say("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var affected in new[] { 0, 0.2 })
            foreach (var labels in new[] { 2, 3 })
                foreach (var seeds in new[] { 8, 30 })
                    foreach (var factors in new[] { 0, 0.9 })
                        foreach (var correlation in new[] { 0, 0.9 })
                            Row(new(labels, seeds, examples, factors, correlation, affected), sweeps);
    }

    private static void Row(Setting setting, int sweeps)
    {
        var model = new LatentModel(setting);
        Rates unpaired = new(model.IsAffected), bh = new(model.IsAffected), paired = new(model.IsAffected);
        var (bias, covered, away) = (0.0, 0, 0);
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            var (dense, pruned) = model.Draw(sweep);
            var (discordant, tally) =
                (new DiscordantSeeds(setting.Labels),
                    new SignificanceTally(
                        LearningTask.SingleLabel, setting.Labels, ComparedCohorts.OfSeeds(setting.Seeds)));
            List<LabelledExample> labels = [.. PieLabeling.Label(model.Gold, dense, pruned)];
            foreach (var label in labels) tally.Add(label, Discordant(label));
            List<ExampleSignificance> significances = [.. labels.Select(label => tally.Of(label, Discordant(label)))];
            unpaired.Add(significances.ConvertAll(one => one.Q));
            paired.Add(significances.ConvertAll(one => one.PairedQ!.Value));
            bh.Add([.. AdjustedP.BenjaminiHochberg([.. significances.Select(one => one.P)])]);

            var distances = new SeedDistances.Tally(setting.Seeds, setting.Seeds);
            distances.Add(dense, pruned);
            var excess = SeedEffect.Of(distances.Distances(), ComparedCohorts.OfSeeds(setting.Seeds)).Excess!;
            bias += excess.Value - model.Excess;
            if (excess.Low <= model.Excess && model.Excess <= excess.High) covered++;
            if (excess.Low > 0 || excess.High < 0) away++;

            DiscordantSeeds Discordant(LabelledExample label)
            {
                discordant.Read(dense, pruned, label.Position);
                return discordant;
            }
        }
        Measured.Say(
            $"| {setting.Labels} | {setting.Seeds} | {setting.FactorShare} | {setting.SeedCorrelation} "
            + $"| {setting.Affected:P0} | {unpaired.FalseDiscoveries:P1} | {paired.FalseDiscoveries:P1} "
            + $"| {Share(unpaired.Found)} | {Share(bh.Found)} | {Share(paired.Found)} | {model.Excess:F4} "
            + $"| {bias / sweeps:F5} | {(double)covered / sweeps:P0} | {(double)away / sweeps:P1} |");
    }

    private static string Share(double found) => double.IsNaN(found) ? "–" : $"{found:P1}";

    /// <summary>Means over the sweeps.</summary>
    private sealed class Rates(bool[] isAffected)
    {
        private readonly int affected = isAffected.Count(one => one);
        private double falseShares;
        private int found, sweeps;

        public double FalseDiscoveries => falseShares / sweeps;

        /// <summary>The share of the affected examples that are found; NaN without any.</summary>
        public double Found => (double)found / ((double)affected * sweeps);

        public void Add(List<double> q)
        {
            var (right, wrong) = (0, 0);
            for (var i = 0; i < q.Count; i++)
            {
                if (q[i] > Level) continue;
                if (isAffected[i]) right++;
                else wrong++;
            }
            sweeps++;
            found += right;
            falseShares += wrong == 0 ? 0 : (double)wrong / (right + wrong);
        }
    }
}
