using PieService.Client;

namespace PieService.Demo;

/// <summary>The requests of the demo, as in any other client.</summary>
public static class Requests
{
    public static DatasetDefinition Dataset(string name) => new()
    {
        Name = name,
        Task = LearningTask.SingleLabel,
        Format = DatasetFormat.Csv,
        Columns = new ColumnMapping { Id = "id", Label = "label", Text = "text" },
        Labels = [DemoTexts.Negative, DemoTexts.Positive],
    };

    /// <param name="quick">A few seconds of training, to check that everything works; its PIEs have no meaning.</param>
    public static SweepRequest Sweep(Guid datasetId, bool quick) => new()
    {
        Name = quick ? "demo, quick" : "demo",
        DatasetId = datasetId,
        Models =
        [
            new ModelRequest
            {
                Architecture = Architecture.BiLSTM,
                Hyperparameters = new Hyperparameters
                {
                    Epochs = quick ? 3 : 10,
                    BatchSize = 32,
                    LearningRate = 0.005,
                    MaxLength = 32,
                    HiddenSize = 32,
                    EmbeddingSize = 32,
                },
            },
        ],
        Methods = [Method.IMP, Method.MPAI, Method.RPAI],
        Sparsities = [50, 90],
        Seeds = new SeedRange { First = 0, Count = quick ? 2 : 5 },
    };
}
