using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Worker.Runs;
using PieService.Worker.Text;

namespace PieService.Golden;

/// <summary>
/// Golden inputs are vectors, not words, so every position of every text becomes a separate word with that vector.
/// </summary>
internal sealed class GoldenVectors : GoldenData
{
    public GoldenVectors(GoldenTensors data, GoldenTensors training, LearningTask task, string folder)
        : base(data, task, folder)
    {
        var (length, dimensions) = (data.Shape("train_x")[1], data.Shape("train_x")[2]);
        Model = Of(
            Architecture.BiLstm, new(MaxLength: length, HiddenSize: training.Shape("init.lstm.weight_hh_l0")[1]),
            vectors: "golden");
        var builder = new TokenisedDatasetBuilder(DatasetHash, Classes, task: task);
        foreach (var (example, split, labels) in Examples)
            builder.Add(split, [.. Enumerable.Range(0, length).Select(place => $"{example}-{place}")], labels);
        var dataset = builder.Build();
        dataset.Save(FileOf("tokens"));
        float[] matrix = [.. data.Get<float>("train_x"), .. data.Get<float>("test_x")];
        new WordVectors(
            "golden", "golden", dataset.VocabularyHash, dimensions, matrix, new float[dimensions],
            dataset.Vocabulary.Count).Save(FileOf("vectors"));
    }

    public override Recipe Model { get; }

    public override TrainingAssignment Assignment(Recipe recipe, string output) =>
        Assignment(recipe, output, FileOf("vectors"), pretrained: null);
}
