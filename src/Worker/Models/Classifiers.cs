using PieService.Domain.Recipes;
using PieService.Worker.Text;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

public static class Classifiers
{
    /// <summary>The model of a recipe with torch's default initial weights: seed torch before.</summary>
    /// <param name="vectors">Null: the embedding is trained.</param>
    public static Classifier Create(Recipe recipe, TokenisedDataset dataset, WordVectors? vectors, Device device) =>
        recipe.Architecture switch
        {
            Architecture.BiLstm => new BiLstmClassifier(
                vectors is null ? InputVectors.Trained(dataset, recipe.Hyperparameters.MaxLength, recipe.Hyperparameters.EmbeddingSize) : InputVectors.Given(vectors),
                recipe.Hyperparameters.HiddenSize, dataset.ClassCount, device,
                paddedLength: recipe.Protocol == Protocol.Paper ? recipe.Hyperparameters.MaxLength : null),
            Architecture.Bert => throw new NotSupportedException("BERT is not supported yet; use the architecture BiLSTM."),
        };
}
