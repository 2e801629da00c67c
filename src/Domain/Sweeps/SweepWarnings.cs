using System.Globalization;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Sweeps;

/// <summary>What is doubtful about the sparsities, the methods and the models of a sweep.</summary>
public static class SweepWarnings
{
    /// <summary>
    /// Pretrained BERTs are trained with 2e-5 to 1e-4; this is far beyond, and the default is higher.
    /// </summary>
    private const double HighForBert = 5e-4;

    /// <param name="request">A request in which <see cref="SweepRules"/> found no fault.</param>
    public static IReadOnlyList<Warning> Of(SweepRequest request, Dataset dataset) =>
    [
        .. Sparsities(request),
        .. TrainedLonger(request),
        .. request.Models!.SelectMany(model => OfModel(model, dataset)),
    ];

    private static IEnumerable<Warning> Sparsities(SweepRequest request)
    {
        if (request.Sparsities?.Where(sparsity => sparsity < 1).ToList() is not [var first, ..] below) yield break;
        yield return new(
            WarningCode.SparsitiesBelowOne,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Sparsities are in percent: {string.Join(", ", below)} is less than one weight in a hundred. For "
                    + $"a share of {first} set {100 * first:0.######}."));
    }

    /// <summary>
    /// An iterative method trains 4E epochs, the dense cohort E. A method that rewinds reports a model of its last
    /// segment, which has at most E.
    /// </summary>
    private static IEnumerable<Warning> TrainedLonger(SweepRequest request)
    {
        var methods = request.Methods!.Where(method =>
            PruningRule.Of(method) is { Schedule: PruningSchedule.Iterative, Rewinds: false });
        if (request.ComputeMatchedDense || !methods.Any()) yield break;
        yield return new(
            WarningCode.TrainedLonger,
            $"{string.Join(", ", methods.Select(Wire.Name))}: the pruned models are trained for four times as many "
                + "epochs as the dense ones, and a PIE may come from that. Set computeMatchedDense to true to compare "
                + "them also with dense models that are trained as long.");
    }

    private static IEnumerable<Warning> OfModel(ModelRequest model, Dataset dataset)
    {
        var (hyper, name) = (model.HyperparametersOrDefault, model.NameOrDefault);
        var train = dataset.Splits.Single(split => split.Split == Split.Train);
        if (model.Architecture == Architecture.Bert && hyper.LearningRate >= HighForBert)
            yield return new(
                WarningCode.HighLearningRate,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Model '{name}': the learning rate {hyper.LearningRate} destroys the pretrained weights of most "
                        + $"BERTs (the default, {new Hyperparameters().LearningRate}, is for a BiLSTM). Set "
                        + $"hyperparameters.learningRate to 2e-5 to 1e-4."));
        if (hyper.BatchSize > train.Examples)
            yield return new(
                WarningCode.BatchLargerThanTrain,
                $"Model '{name}': batchSize is {hyper.BatchSize}, but the training split has {train.Examples} examples,"
                    + " so an epoch is a single step. Set a smaller hyperparameters.batchSize.");
        foreach (var warning in Truncated(model, dataset)) yield return warning;
    }

    /// <summary>
    /// Lengths are known in tokens of the BiLSTM tokenizer. A BERT splits words into pieces, so it cuts off more than
    /// this finds; its [CLS] and [SEP] are counted.
    /// </summary>
    private static IEnumerable<Warning> Truncated(ModelRequest model, Dataset dataset)
    {
        var isBert = model.Architecture == Architecture.Bert;
        var room = model.HyperparametersOrDefault.MaxLength - (isBert ? 2 : 0);
        var worst = dataset.Splits.MaxBy(split => split.PercentBeyond(room))!;
        if (worst.PercentBeyond(room) is > 0 and var percent)
            yield return new(
                WarningCode.TruncatedTexts,
                $"Model '{model.NameOrDefault}': more than {percent} % of the {Wire.Name(worst.Split)} texts have "
                    + $"{(isBert ? "more words than fit into" : "more tokens than")} maxLength "
                    + $"({model.HyperparametersOrDefault.MaxLength}), and the rest of them is cut off. The longest "
                    + $"has {worst.Tokens.Max}; set a larger hyperparameters.maxLength"
                    + $"{(isBert ? ", up to the positions of the checkpoint" : "")}.");
    }
}
