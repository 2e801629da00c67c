using PieService.Domain;
using PieService.Domain.Predictions;

namespace PieService.Bench.Simulation;

/// <summary>
/// Examples whose runs are simulated. Each run has a utility for each label of an example: its mean, plus
/// noise of variance 1, a part of which comes from five factors that are common to all examples. The run predicts the
/// label with the largest utility. Of the examples, 70 % are far from the border between labels.
/// </summary>
internal sealed class LatentModel
{
    private const int Factors = 5;
    private const double Far = 0.7, FarMean = 4, NearMean = 1.5;

    private readonly Setting setting;
    private readonly double[] dense, pruned, loadings;

    public LatentModel(Setting setting)
    {
        this.setting = setting;
        var (n, labels) = (setting.Examples, setting.Labels);
        var random = KeyedRandom.For("latent examples", n, labels, setting.Affected);
        (dense, pruned, IsAffected) = (new double[n * labels], new double[n * labels], new bool[n]);
        loadings = new double[n * Factors];
        for (var i = 0; i < n; i++)
        {
            var isFar = random.NextDouble() < Far;
            var favourite = (i * labels) + (i % labels);
            dense[favourite] = pruned[favourite] = isFar ? FarMean : NearMean * random.NextDouble();
            IsAffected[i] = random.NextDouble() < setting.Affected;
            if (IsAffected[i]) pruned[favourite] -= 0.5 + (2 * random.NextDouble()) + (isFar ? FarMean - NearMean : 0);
            var norm = 0.0;
            for (var k = 0; k < Factors; k++)
            {
                var loading = Normal(random);
                (loadings[(i * Factors) + k], norm) = (loading, norm + (loading * loading));
            }
            for (var k = 0; k < Factors; k++) loadings[(i * Factors) + k] /= Math.Sqrt(norm);
        }
        Gold = PackedLabels.OfClasses(labels, Enumerable.Range(0, n).Select(i => i % labels));
        Excess = Enumerable.Range(0, n).Average(i =>
            Shares(dense, i).Zip(Shares(pruned, i), (d, p) => (d - p) * (d - p)).Sum() / 2);
    }

    public PackedLabels Gold { get; }

    /// <summary>Whether pruning changes the distribution of the votes on each example.</summary>
    public bool[] IsAffected { get; }

    /// <summary>The true excess: mean over the examples of half of the squared distance of the true shares.</summary>
    public double Excess { get; }

    /// <summary>The predictions of both cohorts in one simulated sweep; run r of both has the same seed.</summary>
    public ComparedRuns Draw(int sweep)
    {
        var (denseRuns, prunedRuns) = (new PackedLabels[setting.Seeds], new PackedLabels[setting.Seeds]);
        for (var seed = 0; seed < setting.Seeds; seed++)
        {
            var random = KeyedRandom.For("latent runs", setting, sweep, seed);
            var (ofDense, ofPruned) = (new Noise(random), new Noise(random));
            (denseRuns[seed], prunedRuns[seed]) = Run(random, ofDense, ofPruned);
        }
        return new(denseRuns, prunedRuns);
    }

    private (PackedLabels Dense, PackedLabels Pruned) Run(KeyedRandom random, Noise ofDense, Noise own)
    {
        var (n, labels) = (setting.Examples, setting.Labels);
        var (denseLabels, prunedLabels) = (new int[n], new int[n]);
        var (shared, common) = (Math.Sqrt(setting.SeedCorrelation), Math.Sqrt(setting.FactorShare));
        var (unshared, individual) = (Math.Sqrt(1 - setting.SeedCorrelation), Math.Sqrt(1 - setting.FactorShare));
        for (var i = 0; i < n; i++)
        {
            var (bestDense, bestPruned) = (double.NegativeInfinity, double.NegativeInfinity);
            for (var c = 0; c < labels; c++)
            {
                var first = (common * ofDense.Common(loadings, i, c)) + (individual * Normal(random));
                var second = (common * own.Common(loadings, i, c)) + (individual * Normal(random));
                var (d, p) = (
                    dense[(i * labels) + c] + first,
                    pruned[(i * labels) + c] + (shared * first) + (unshared * second));
                if (d > bestDense) (bestDense, denseLabels[i]) = (d, c);
                if (p > bestPruned) (bestPruned, prunedLabels[i]) = (p, c);
            }
        }
        return (PackedLabels.OfClasses(labels, denseLabels), PackedLabels.OfClasses(labels, prunedLabels));
    }

    /// <summary>The probability of each label to have the largest utility, by the trapezoidal rule.</summary>
    private double[] Shares(double[] means, int example)
    {
        const double Limit = 8, Step = 0.05;
        var labels = setting.Labels;
        var (of, shares) = (means.AsSpan(example * labels, labels).ToArray(), new double[labels]);
        for (var c = 0; c < shares.Length; c++)
            for (var x = -Limit; x <= Limit; x += Step)
            {
                var density = Step * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
                for (var other = 0; other < shares.Length; other++)
                    if (other != c) density *= MathNet.Numerics.Distributions.Normal.CDF(of[other], 1, of[c] + x);
                shares[c] += density;
            }
        return shares;
    }

    /// <summary>A standard normal number, by Box and Muller.</summary>
    private static double Normal(KeyedRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>The factors of one run for each label.</summary>
    private sealed class Noise
    {
        private const int MostLabels = 8;

        private readonly double[] factors = new double[MostLabels * Factors];

        public Noise(KeyedRandom random)
        {
            for (var k = 0; k < factors.Length; k++) factors[k] = Normal(random);
        }

        public double Common(double[] loadings, int example, int label)
        {
            var sum = 0.0;
            for (var k = 0; k < Factors; k++)
                sum += loadings[(example * Factors) + k] * factors[(label * Factors) + k];
            return sum;
        }
    }
}

/// <param name="Labels">C, at most 8.</param>
/// <param name="Seeds">R of each cohort.</param>
/// <param name="Examples">N.</param>
/// <param name="FactorShare">The part of the variance that comes from common factors, in [0, 1].</param>
/// <param name="SeedCorrelation">The part of a run's noise that its seed determines, in [0, 1].</param>
/// <param name="Affected">The share of the examples that pruning changes, in [0, 1].</param>
internal sealed record Setting(
    int Labels, int Seeds, int Examples, double FactorShare, double SeedCorrelation, double Affected);

/// <param name="Dense">The predictions of each dense run.</param>
/// <param name="Pruned">Those of the pruned run of the same seed.</param>
internal sealed record ComparedRuns(PackedLabels[] Dense, PackedLabels[] Pruned);
