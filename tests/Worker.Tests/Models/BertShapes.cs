namespace PieService.Worker.Tests.Models;

/// <summary>The tensors of a BERT file with their shapes, by the names of the Hugging Face encoder.</summary>
internal static class BertShapes
{
    public static Dictionary<string, long[]> Of(int words, int positions, int types, int width, int inner, int layers)
    {
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal)
        {
            ["embeddings.word_embeddings.weight"] = [words, width],
            ["embeddings.position_embeddings.weight"] = [positions, width],
            ["embeddings.token_type_embeddings.weight"] = [types, width],
        };
        Pair("embeddings.LayerNorm", width);
        for (var layer = 0; layer < layers; layer++)
        {
            foreach (var name in new[] { "self.query", "self.key", "self.value", "output.dense" })
                Pair($"encoder.layer.{layer}.attention.{name}", width, width);
            Pair($"encoder.layer.{layer}.attention.output.LayerNorm", width);
            Pair($"encoder.layer.{layer}.intermediate.dense", inner, width);
            Pair($"encoder.layer.{layer}.output.dense", width, inner);
            Pair($"encoder.layer.{layer}.output.LayerNorm", width);
        }
        Pair("pooler.dense", width, width);
        return shapes;

        void Pair(string name, params long[] shape) =>
            (shapes[$"{name}.weight"], shapes[$"{name}.bias"]) = (shape, [shape[0]]);
    }
}
