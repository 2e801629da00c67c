using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Worker.Files;
using PieService.Worker.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;

namespace PieService.Worker.Runs;

/// <summary>The files of an assignment, read and checked against each other.</summary>
/// <param name="Vectors">The word vectors; null if the embedding is trained.</param>
/// <param name="Pretrained">The checkpoint; null if the model is not a BERT.</param>
internal sealed record TrainingInputs(
    Recipe Recipe, TokenisedDataset Dataset, WordVectors? Vectors, PretrainedBert? Pretrained)
{
    private const int HeldOutShare = 10;

    private readonly Dictionary<string, TokenisedSplit> splits = new(StringComparer.Ordinal);

    /// <summary>
    /// The split in the form that the model reads: texts truncated to the recipe's length. It is the same object at
    /// each call.
    /// </summary>
    public TokenisedSplit Split(string name)
    {
        if (!splits.TryGetValue(name, out var split)) splits.Add(name, split = Read(name));
        return split;
    }

    /// <summary>
    /// The examples for training, and those for tuning a threshold if it needs separate ones. If there is a validation
    /// split, it is used, since it is predicted anyway; else they are a tenth of the training split, chosen by the
    /// dataset's hash, the same for all seeds.
    /// </summary>
    public TrainingSplits Training()
    {
        var train = Split(TokenisedDataset.Train);
        if (Dataset.Task == LearningTask.SingleLabel || Recipe.Protocol == Protocol.Paper
            || Split(TokenisedDataset.Validation).Count > 0) return new(train, train.Select([]));
        var order = KeyedRandom.For("threshold", Dataset.ContentHash).Permutation(train.Count);
        var heldOut = Math.Max(1, train.Count / HeldOutShare);
        return new(train.Select([.. order[heldOut..].Order()]), train.Select([.. order[..heldOut].Order()]));
    }

    /// <exception cref="ArgumentException">The recipe names vectors or a checkpoint without its files, or there are
    /// files without a name.</exception>
    /// <exception cref="UntrainableException">The files do not belong together.</exception>
    /// <exception cref="UnusableModelException">
    /// The checkpoint's folder has changed since the supervisor read it.
    /// </exception>
    /// <exception cref="InvalidDataException">A file is malformed; it can be rebuilt.</exception>
    public static TrainingInputs Load(TrainingAssignment assignment)
    {
        var recipe = assignment.Recipe;
        if (recipe.Vectors is null != assignment.VectorsPath is null)
            throw new ArgumentException(
                "The recipe's vectors and their file must be given together.", nameof(assignment));
        if (recipe.Checkpoint is null != assignment.PretrainedFolder is null
            || recipe.Checkpoint is null == (recipe.Architecture == Architecture.Bert))
            throw new ArgumentException(
                "A BERT needs its checkpoint's name and folder; another model must have neither.", nameof(assignment));
        var dataset = TokenisedDataset.Load(assignment.TokensPath);
        var vectors = assignment.VectorsPath is { } path ? WordVectors.Load(path) : null;
        var pretrained = assignment.PretrainedFolder is { } folder ? PretrainedBert.Read(folder) : null;
        Require(dataset.ContentHash == recipe.DatasetHash,
            $"the tokenised dataset is {dataset.ContentHash}, the recipe's is {recipe.DatasetHash}");
        var fewest = dataset.Task == LearningTask.SingleLabel ? 2 : 1;
        Require(dataset.ClassCount >= fewest && dataset.ClassCount <= short.MaxValue,
            $"the dataset has {dataset.ClassCount} classes; {fewest} to {short.MaxValue} can be trained");
        Require(dataset.Split(TokenisedDataset.Train).Count > 0, "the dataset has no training examples");
        Require(
            dataset.Task == LearningTask.SingleLabel || recipe.Protocol == Protocol.Paper
                || dataset.Split(TokenisedDataset.Train).Count > 1
                || dataset.Split(TokenisedDataset.Validation).Count > 0,
            "the dataset has one training example and no validation split, so there are no examples to tune its "
                + "threshold");
        Require(vectors is null || vectors.VocabularyHash == dataset.VocabularyHash,
            "the word vectors were reduced to another vocabulary");
        if (dataset.Tokenizer != pretrained?.Tokens.Sha256)
            throw new InvalidDataException($"{assignment.TokensPath} was made by another tokenizer.");
        if (pretrained is not null) RequireFit(recipe, dataset, pretrained.Config);
        return new(recipe, dataset, vectors, pretrained);
    }

    private TokenisedSplit Read(string name) => Pretrained is { } bert
        ? BertInput.Of(Dataset.Split(name), bert.Tokens, Recipe.Protocol, Recipe.Hyperparameters.MaxLength)
        : Dataset.Split(name).Truncated(Recipe.Hyperparameters.MaxLength);

    private static void RequireFit(Recipe recipe, TokenisedDataset dataset, BertConfig config)
    {
        Require(recipe.Hyperparameters.MaxLength <= config.MaxPositions,
            $"maxLength is {recipe.Hyperparameters.MaxLength}, but the checkpoint '{recipe.Checkpoint}' was trained "
                + $"for at most {config.MaxPositions} tokens; lower maxLength");
        Require(recipe.Protocol == Protocol.Paper || config.TokenTypes >= 2 || !dataset.HasPairs,
            $"the dataset has pairs of texts, but the checkpoint '{recipe.Checkpoint}' has {config.TokenTypes} token "
                + "type and cannot tell them apart; take another checkpoint, or protocol paper, which does not");
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new UntrainableException(otherwise);
    }
}

/// <param name="HeldOut">The examples that are not trained on; empty if none are needed.</param>
internal sealed record TrainingSplits(TokenisedSplit Train, TokenisedSplit HeldOut);
