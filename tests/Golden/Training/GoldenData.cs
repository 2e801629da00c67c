using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Worker.Runs;
using PieService.Worker.Text;

namespace PieService.Golden;

/// <summary>The golden inputs as files of the product.</summary>
internal abstract class GoldenData(GoldenTensors data, LearningTask task, string folder)
{
    protected const string DatasetHash = "sha256:golden";

    protected string FileOf(string name) => Path.Combine(folder, name);

    /// <summary>A recipe with all fields that depend on the data.</summary>
    public abstract Recipe Model { get; }

    public abstract TrainingAssignment Assignment(Recipe recipe, string output);

    protected TrainingAssignment Assignment(Recipe recipe, string output, string? vectors, string? pretrained) =>
        new(
            Guid.Empty, recipe, 0, FileOf("tokens"), vectors, output, null, null, [TokenisedDataset.Test],
            PretrainedFolder: pretrained);

    protected static Recipe Of(
        Architecture architecture, Hyperparameters hyperparameters, string? vectors = null,
        string? checkpoint = null) => new(
        DatasetHash, architecture, vectors, hyperparameters, Protocol.Paper, Method.Dense, 0,
        Checkpoint: checkpoint);

    protected LearningTask Task { get; } = task;

    /// <summary>The split and the classes of each example.</summary>
    protected IEnumerable<(int Example, string Split, IReadOnlyList<short> Labels)> Examples =>
        new[] { TokenisedDataset.Train, TokenisedDataset.Test }
            .SelectMany(split => LabelsOf(split).Select(labels => (split, labels)))
            .Select((pair, example) => (example, pair.split, pair.labels));

    protected int Classes =>
        Task == LearningTask.MultiLabel ? data.Shape("train_y")[1] : Examples.Max(example => example.Labels[0]) + 1;

    private IEnumerable<IReadOnlyList<short>> LabelsOf(string split) => Task == LearningTask.SingleLabel
        ? data.Get<float>($"{split}_y").Select(label => new[] { (short)label })
        : data.Get<float>($"{split}_y").Chunk(data.Shape("train_y")[1])
            .Select(set =>
                set.Index().Where(label => label.Item == 1).Select(label => (short)label.Index).ToArray());
}
