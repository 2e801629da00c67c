using PieService.Api.Tables;

namespace PieService.Api.Runs;

public static class RunTables
{
    public static Columns<RunResponse> Runs { get; } = new Columns<RunResponse>()
        .Id("id", row => row.Id)
        .Id("sweepId", row => row.SweepId)
        .List("sweepIds", row => row.SweepIds)
        .Text("model", row => row.Model)
        .Name("architecture", row => row.Architecture)
        .Name("method", row => row.Method)
        .Real("sparsity", row => (double)row.Sparsity)
        .Whole("seed", row => row.Seed)
        .Name("state", row => row.State)
        .Real("achievedSparsity", row => row.AchievedSparsity)
        .Real("compression", row => row.Compression)
        .List("tensors", row => row.Tensors)
        .List("prunings", row => row.Prunings)
        .Whole("epochs_done", row => row.Epochs.Done)
        .Whole("epochs_total", row => row.Epochs.Total)
        .Whole("attempts", row => row.Attempts)
        .Whole("interruptions", row => row.Interruptions)
        .Text("error", row => row.Error)
        .Text("worker", row => row.Worker)
        .Text("device", row => row.Device)
        .Time("createdAt", row => row.CreatedAt)
        .Time("startedAt", row => row.StartedAt)
        .Time("finishedAt", row => row.FinishedAt)
        .Real("test_accuracy", row => row.Test?.Accuracy)
        .Real("test_macroF1", row => row.Test?.MacroF1)
        .Real("test_loss", row => row.Test?.Loss)
        .Real("generalisationGap", row => row.GeneralisationGap)
        .Text("predictionHash", row => row.PredictionHash)
        .List("predictSplits", row => row.PredictSplits)
        .List("observedEpochs", row => row.ObservedEpochs)
        .Flag("repeatable", row => row.Repeatable)
        .Real("trainingSeconds", row => row.TrainingSeconds)
        .Text("environment_cpuCapability", row => row.Environment?.CpuCapability)
        .Whole("environment_threads", row => row.Environment?.Threads)
        .Text("environment_versions", row => row.Environment?.Versions)
        .Text("environment_vectorsSha256", row => row.Environment?.VectorsSha256)
        .Text("environment_checkpointSha256", row => row.Environment?.CheckpointSha256)
        .Whole("keptModel_bytes", row => row.KeptModel?.Bytes)
        .Text("keptModel_sha256", row => row.KeptModel?.Sha256);

    public static Columns<MetricResponse> Metrics { get; } = new Columns<MetricResponse>()
        .Whole("epoch", row => row.Epoch)
        .Name("split", row => row.Split)
        .Real("loss", row => row.Loss)
        .Real("accuracy", row => row.Accuracy)
        .Real("macroF1", row => row.MacroF1)
        .Real("seconds", row => row.Seconds);

    public static Columns<PredictionResponse> Predictions(IEnumerable<string> labels) => new Columns<PredictionResponse>()
        .Id("exampleId", row => row.ExampleId)
        .Whole("position", row => row.Position)
        .Text("predicted", row => row.Predicted.Single())
        .ForEach(labels, (columns, label, index) => columns.Real($"scores_{label}", row => row.Scores[index]));

    public static Columns<ExamplePredictionResponse> ExamplePredictions(IEnumerable<string> labels) => new Columns<ExamplePredictionResponse>()
        .Id("runId", row => row.RunId)
        .Text("model", row => row.Model)
        .Name("architecture", row => row.Architecture)
        .Name("method", row => row.Method)
        .Real("sparsity", row => (double)row.Sparsity)
        .Whole("seed", row => row.Seed)
        .Text("predicted", row => row.Predicted.Single())
        .Flag("correct", row => row.Correct)
        .ForEach(labels, (columns, label, index) => columns.Real($"scores_{label}", row => row.Scores[index]));
}
