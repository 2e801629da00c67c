using PieService.Domain.Recipes;

namespace PieService.Bench.Parts;

/// <summary>A pruning sweep that is small enough for a benchmark.</summary>
/// <param name="Train">The number of training texts; there are half as many to test.</param>
/// <param name="BatchSize">The number of texts in a batch.</param>
internal sealed record SmallStudy(
    Architecture Architecture, int Train, int BatchSize, double LearningRate, IReadOnlyList<Method> Methods,
    IReadOnlyList<decimal> Sparsities, int Seeds)
{
    /// <summary>
    /// 8 methods x 2 sparsities x 2 seeds, with the sizes of the study's model; of a BERT one method of each schedule
    /// and a quarter of the texts, since it needs as much time for one as the BiLSTM for a hundred.
    /// </summary>
    /// <param name="texts">The number of training texts; null for the usual one. With more, a run costs more beside
    /// what each run costs anyway, and batches differ less in the lengths of their texts.</param>
    public static SmallStudy Of(Architecture architecture, int? texts) => architecture switch
    {
        Architecture.BiLstm => new(
            architecture, texts ?? 256, BatchSize: 64, LearningRate: 1e-3,
            [Method.Imp, Method.ImpWr, Method.Iibp, Method.IibpWr, Method.Irp, Method.MpAi, Method.IbpAi, Method.RpAi],
            [50, 90], Seeds: 2),
        Architecture.Bert => new(
            architecture, texts ?? 64, BatchSize: 32, LearningRate: 5e-5, [Method.Imp, Method.MpAi], [50], Seeds: 1),
        Architecture.External =>
            throw new ArgumentException("Imported predictions are not trained.", nameof(architecture)),
    };

    public int Test => Train / 2;

    /// <summary>The seed of a dense run that comes before the measurement; no run of the sweep has it.</summary>
    public int WarmUpSeed => Seeds;

    public Hyperparameters Hyperparameters => new(
        Epochs: 1, BatchSize, LearningRate, StudyTexts.MaxLength, HiddenSize: 100);

    /// <summary>The recipes of the sweep: the dense one first.</summary>
    public IEnumerable<Recipe> Recipes(string datasetHash, Protocol protocol, string? vectors, string? checkpoint)
    {
        var dense = new Recipe(
            datasetHash, Architecture, vectors, Hyperparameters, protocol, Method.Dense, 0, Checkpoint: checkpoint);
        return (from method in Methods
                from sparsity in Sparsities
                select dense with { Method = method, Sparsity = sparsity }).Prepend(dense);
    }
}
