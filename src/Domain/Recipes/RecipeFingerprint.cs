using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PieService.Domain.Recipes;

/// <summary>
/// The identity of a recipe: two runs with the same fingerprint and seed are the same run. A line is written only if it
/// has an effect, so a new option whose default means "no effect" changes no fingerprint. Tests pin it: a changed
/// fingerprint is a lost result.
/// </summary>
public static class RecipeFingerprint
{
    public static string Of(Recipe recipe) =>
        "r1:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalText(recipe))));

    public static string CanonicalText(Recipe recipe)
    {
        var (hyper, text) = (recipe.Hyperparameters, new StringBuilder("pie-recipe/1\n"));
        Line("dataset", recipe.DatasetHash);
        Line("architecture", Wire.Name(recipe.Architecture));
        // A checkpoint determines its sizes, its embedding and its tokenizer.
        if (recipe.Checkpoint is { } checkpoint) Line("checkpoint", checkpoint);
        else if (recipe.Vectors is { } vectors) Line("vectors", vectors);
        else
        {
            Line("embeddingSize", hyper.EmbeddingSize);
            // The words that have their own rows are those of the texts as training reads them. An earlier version also
            // counted words after maxLength.
            Line("embeddedWords", "cut");
        }
        Line("protocol", Wire.Name(recipe.Protocol));
        Line("epochs", hyper.Epochs);
        Line("batchSize", hyper.BatchSize);
        Line("learningRate", hyper.LearningRate.ToString("R", CultureInfo.InvariantCulture));
        Line("maxLength", hyper.MaxLength);
        if (recipe.Checkpoint is null) Line("hiddenSize", hyper.HiddenSize);
        if (hyper.Padding != Padding.Zeros) Line("padding", Wire.Name(hyper.Padding));
        if (hyper.Precision != Precision.Fp32) Line("precision", Wire.Name(hyper.Precision));
        Line("method", Wire.Name(recipe.Method));
        if (recipe.Sparsity != 0)
            Line("sparsity", recipe.Sparsity.ToString("0.############", CultureInfo.InvariantCulture));
        if (recipe.Scope != PruningScope.LayerWise) Line("scope", Wire.Name(recipe.Scope));
        return text.ToString();

        void Line(string name, object value) => text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
    }
}
