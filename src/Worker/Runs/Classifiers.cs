using PieService.Domain.Recipes;
using PieService.Worker.Files;
using PieService.Worker.Models;
using static TorchSharp.torch;

namespace PieService.Worker.Runs;

internal static class Classifiers
{
    /// <summary>
    /// Returns the model of a recipe with the initial weights of a training: seed torch before the call.
    /// </summary>
    /// <param name="seed">The seed that torch has, for a pooler that the checkpoint lacks.</param>
    /// <exception cref="UnusableModelException">The pretrained weights are missing, malformed or do not match their
    /// config.json.</exception>
    public static Classifier Create(Recipe recipe, TrainingInputs inputs, Device device, long seed = 0) =>
        recipe.Architecture switch
        {
            Architecture.BiLstm => new BiLstmClassifier(
                inputs.Vectors is null
                    ? InputVectors.Trained(
                        inputs.Dataset, recipe.Hyperparameters.MaxLength, recipe.Hyperparameters.EmbeddingSize,
                        recipe.Hyperparameters.Padding)
                    : InputVectors.Given(inputs.Vectors, recipe.Hyperparameters.Padding),
                recipe.Hyperparameters.HiddenSize, inputs.Dataset.ClassCount, device,
                paddedLength: recipe.Protocol == Protocol.Paper ? recipe.Hyperparameters.MaxLength : null),
            Architecture.Bert => new BertClassifier(
                inputs.Pretrained!.Config, WeightsOf(inputs.Pretrained, seed), inputs.Dataset.ClassCount,
                recipe.Protocol, device, recipe.Hyperparameters.Precision),
            Architecture.External => throw new ArgumentException("Imported predictions have no model.", nameof(recipe)),
        };

    private static BertWeights WeightsOf(PretrainedBert pretrained, long seed)
    {
        var weights = BertWeights.Load(pretrained.Folder);
        weights.DrawMissingPooler(pretrained.Config, seed);
        return weights;
    }
}
