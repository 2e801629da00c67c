using PieService.Worker.Files;

namespace PieService.Worker.Models;

/// <summary>The functions that a BERT may have between two linear maps.</summary>
public enum Activation
{
    /// <summary>x times the cumulative normal distribution of x, by the error function.</summary>
    Gelu,

    /// <summary>The approximation of GELU with tanh.</summary>
    TanhGelu,

    /// <summary>The larger of x and 0.</summary>
    Relu,
}

/// <summary>The sizes of a BERT, as the <c>config.json</c> of the Hugging Face layout gives them.</summary>
/// <param name="VocabularySize">V, rows of the word embedding.</param>
/// <param name="Width">W, the width of every hidden state.</param>
/// <param name="Layers">L, the number of layers.</param>
/// <param name="Heads">The number of attention heads, each of width W / Heads.</param>
/// <param name="InnerWidth">The width between the two linear maps of a layer's second half.</param>
/// <param name="MaxPositions">The largest number of tokens of a text, including special tokens.</param>
/// <param name="TokenTypes">2 if the model distinguishes the texts of a pair.</param>
/// <param name="PadToken">The token of the pad, whose embedding has no gradient.</param>
/// <param name="HiddenDropout">The dropout probability of hidden states in training.</param>
/// <param name="AttentionDropout">The dropout probability of attention weights in training.</param>
/// <param name="LayerNormEpsilon">The number that LayerNorm adds to the variance.</param>
/// <param name="InitializerRange">The standard deviation of the weights of a pooler that the checkpoint lacks.</param>
/// <param name="Activation">The function between the two linear maps of a layer's second half.</param>
public sealed record BertConfig(
    int VocabularySize, int Width, int Layers, int Heads, int InnerWidth, int MaxPositions, int TokenTypes,
    int PadToken,
    double HiddenDropout, double AttentionDropout, double LayerNormEpsilon, double InitializerRange,
    Activation Activation)
{
    public const string FileName = "config.json";

    // These limits are far above the values of every BERT: a file with more is damaged, and is rejected before memory
    // is allocated for it.
    private const int MostLayers = 1000, MostOfAnything = 10_000_000;

    /// <summary>The number of parameters of the encoder and the pooler.</summary>
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
    /// The least memory of a training on the CPU: six float32 per parameter (the value as read, the trained value, the
    /// gradient, three values of Adam).
    /// </summary>
    public static long MiBToTrain(long parameters) => 6 * parameters / (1024 * 1024 / sizeof(float));

    /// <summary>Reads the file. A missing setting has the default of the reference implementation.</summary>
    /// <exception cref="UnusableModelException">
    /// The file is missing or malformed, or the worker does not support the model.
    /// </exception>
    public static BertConfig Read(string folder)
    {
        var settings = ModelSettings.Read(Path.Combine(folder, FileName));
        Demand("model_type", "bert");
        Demand("position_embedding_type", "absolute");
        if (settings.Flag("is_decoder") ?? false)
            throw settings.Refusal("is_decoder", "is true; only encoders are supported");

        var (width, heads) = (Size("hidden_size"), Size("num_attention_heads"));
        if (width % heads != 0)
            throw settings.Refusal("hidden_size", $"is {width}, not a multiple of num_attention_heads ({heads})");
        var vocabulary = Size("vocab_size");
        return new(
            vocabulary, width, settings.Integer("num_hidden_layers", atMost: MostLayers), heads,
            Size("intermediate_size"),
            Size("max_position_embeddings"), settings.Integer("type_vocab_size", 2, atMost: MostOfAnything),
            settings.Integer("pad_token_id", 0, atLeast: 0, atMost: vocabulary - 1),
            settings.Fraction("hidden_dropout_prob", 0.1), settings.Fraction("attention_probs_dropout_prob", 0.1),
            settings.Fraction("layer_norm_eps", 1e-12), settings.Fraction("initializer_range", 0.02),
            settings.Text("hidden_act", "gelu") switch
            {
                // The Python function is the same by another implementation.
                "gelu" or "gelu_python" => Activation.Gelu,
                "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Activation.TanhGelu,
                "relu" => Activation.Relu,
                var other => throw settings.Refusal(
                    "hidden_act",
                    $"is {other}; gelu, gelu_new, gelu_pytorch_tanh and relu are supported, so take another "
                        + "checkpoint"),
            });

        int Size(string name) => settings.Integer(name, atMost: MostOfAnything);

        void Demand(string name, string only)
        {
            if (settings.Text(name, only) is var given && given != only)
                throw settings.Refusal(name, $"is {given}; only {only} is supported");
        }
    }
}
