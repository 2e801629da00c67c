using PieService.Worker.Files;

namespace PieService.Worker.Models;

/// <summary>The sizes of a BERT, as the <c>config.json</c> of the Hugging Face layout gives them.</summary>
/// <param name="VocabularySize">V, rows of the word embedding.</param>
/// <param name="Width">W of every hidden state.</param>
/// <param name="Layers">L.</param>
/// <param name="Heads">Attention heads; W / Heads wide each.</param>
/// <param name="InnerWidth">Width between the two linear maps of a layer's second half.</param>
/// <param name="MaxPositions">Tokens that a text can have at most, special ones included.</param>
/// <param name="TokenTypes">2 if the model distinguishes the texts of a pair.</param>
/// <param name="PadToken">Its embedding gets no gradient.</param>
/// <param name="HiddenDropout">Probability, in training.</param>
/// <param name="AttentionDropout">Probability, in training.</param>
/// <param name="LayerNormEpsilon">Added to the variance.</param>
/// <param name="TanhGelu">GELU by its approximation with tanh ("gelu_new"), not by the error function ("gelu").</param>
public sealed record BertConfig(
    int VocabularySize, int Width, int Layers, int Heads, int InnerWidth, int MaxPositions, int TokenTypes,
    int PadToken,
    double HiddenDropout, double AttentionDropout, double LayerNormEpsilon, bool TanhGelu)
{
    public const string FileName = "config.json";

    // Far above the values of every BERT: a file with more is damaged, and is refused before it takes memory.
    private const int MostLayers = 1000, MostOfAnything = 10_000_000;

    /// <summary>Of the encoder and the pooler.</summary>
    public long Parameters
    {
        get
        {
            long w = Width, inner = InnerWidth;
            var layer = (4 * ((w * w) + w)) + (2 * w * inner) + inner + w + (4 * w);
            return ((VocabularySize + (long)MaxPositions + TokenTypes + 2) * w) + (Layers * layer) + (w * w) + w;
        }
    }

    public long TrainingMiB => MiBToTrain(Parameters);

    /// <summary>
    /// What a training takes at least on the CPU: six float32 a parameter (read, trained, its gradient, three of Adam).
    /// </summary>
    public static long MiBToTrain(long parameters) => 6 * parameters / (1024 * 1024 / sizeof(float));

    /// <summary>What the file leaves out is what the reference implementation takes for it.</summary>
    /// <exception cref="UnusableModelException">
    /// The file is missing or malformed, or the model is none that can be computed here.
    /// </exception>
    public static BertConfig Read(string folder)
    {
        var settings = ModelSettings.Read(Path.Combine(folder, FileName));
        Demand("model_type", "bert");
        Demand("position_embedding_type", "absolute");
        if (settings.Flag("is_decoder") ?? false)
            throw settings.Refusal("is_decoder", "is true; only encoders can be used");

        var (width, heads) = (Size("hidden_size"), Size("num_attention_heads"));
        if (width % heads != 0)
            throw settings.Refusal("hidden_size", $"is {width}, no multiple of the {heads} of num_attention_heads");
        var vocabulary = Size("vocab_size");
        return new(
            vocabulary, width, settings.Integer("num_hidden_layers", atMost: MostLayers), heads,
            Size("intermediate_size"),
            Size("max_position_embeddings"), settings.Integer("type_vocab_size", 2, atMost: MostOfAnything),
            settings.Integer("pad_token_id", 0, atLeast: 0, atMost: vocabulary - 1),
            settings.Fraction("hidden_dropout_prob", 0.1), settings.Fraction("attention_probs_dropout_prob", 0.1),
            settings.Fraction("layer_norm_eps", 1e-12),
            settings.Text("hidden_act", "gelu") switch
            {
                "gelu" => false,
                "gelu_new" or "gelu_pytorch_tanh" => true,
                var other =>
                    throw settings.Refusal(
                        "hidden_act", $"is {other}; gelu, gelu_new and gelu_pytorch_tanh can be used"),
            });

        int Size(string name) => settings.Integer(name, atMost: MostOfAnything);

        void Demand(string name, string only)
        {
            if (settings.Text(name, only) is var given && given != only)
                throw settings.Refusal(name, $"is {given}; only {only} can be used");
        }
    }
}
