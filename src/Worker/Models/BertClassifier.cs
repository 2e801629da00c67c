using PieService.Domain.Recipes;
using PieService.Worker.Files;
using PieService.Worker.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>
/// BERT (Devlin et al., 2019) with the study's classifier, complete in this file: embeddings, layers of
/// attention and two linear maps, the pretrained pooler over [CLS], one linear layer without dropout before it.
/// </summary>
/// <remarks>
/// A batch is padded at its end and no token attends to a pad, so a text's logits do not depend on the other texts of
/// the batch. The names and the order of the parameters are those of the published model. The model does not use
/// <c>matmul</c>: an error in it cannot be caught.
/// </remarks>
public sealed class BertClassifier : Classifier
{
    internal const string ClassifierPrefix = "linear.";

    private const string EmbeddingsPrefix = "bert.embeddings.", LayerNorm = ".LayerNorm.";

    // Tensor + Tensor creates a Scalar to which no reference remains: it may be finalised while native code still reads
    // it.
    private static readonly Scalar One = 1;

    /// <summary>The pretrained values of a name, as a parameter on the model's device.</summary>
    private delegate Parameter Take(string name, params long[] shape);

    private readonly BertConfig config;
    private readonly bool pruneLayerNorm;
    private readonly Embeddings embeddings;
    private readonly Layer[] layers;
    private readonly Affine pooler;
    private readonly Linear linear;

    /// <param name="weights">The weights. They are moved into the model, so they can be used for one model
    /// only.</param>
    /// <param name="protocol">The protocol, which decides what is prunable.</param>
    /// <param name="precision">The numbers of the linear maps, with their biases, and of attention. Each map rounds its
    /// float32 inputs, weights and result; activations, dropout, sums of layers, layer norms and the classifier use
    /// float32.</param>
    /// <remarks>
    /// The classifier's initial weights are torch's default, U(±1/sqrt(W)), drawn on the CPU: seed torch before the
    /// call.
    /// </remarks>
    /// <exception cref="UnusableModelException">The weights are not those of a BERT of this config.</exception>
    public BertClassifier(
        BertConfig config, BertWeights weights, int classCount, Protocol protocol, Device device,
        Precision precision = Precision.Fp32)
        : base(nameof(BertClassifier))
    {
        (this.config, Device, ClassCount) = (config, device, classCount);
        pruneLayerNorm = protocol == Protocol.Paper;
        var numbers = precision switch
        {
            Precision.Fp32 or Precision.Tf32 => ScalarType.Float32,
            Precision.Bf16 => ScalarType.BFloat16,
        };
        Take take = (name, shape) => weights.Take(name, device, shape);
        embeddings = new(config, take);
        layers = [
            .. Enumerable.Range(0, config.Layers)
                .Select(layer => new Layer(config, take, $"encoder.layer.{layer}.", numbers))];
        pooler = new(take, "pooler.dense.", config.Width, config.Width, numbers);
        weights.RequireAllTaken();

        register_module("bert", new Branch(
            ("embeddings", embeddings),
            ("encoder", new Branch(
                ("layer", new Branch([.. layers.Select((layer, place) => ($"{place}", (nn.Module)layer))])))),
            ("pooler", new Branch(("dense", pooler)))));
        register_module("linear", linear = nn.Linear(config.Width, classCount).to(device));
    }

    public override int ClassCount { get; }

    // This is 256 texts of 64 tokens, or 32 of 512; for bert-base the widest tensor of a layer then takes 200 MB.
    public override int MostTokensAtOnce => 16_384;

    public override Device Device { get; }

    /// <param name="texts">Token ids, including [CLS] and [SEP]; no text is longer than the model's positions.</param>
    public override Tensor Logits(TextBatch texts) => Logits(BertBatch.Of(texts));

    protected internal override TextsOnDevice Place(IEnumerable<TextInput> texts) =>
        new(texts, numberOf: null, config.PadToken, Device);

    internal Tensor Logits(BertBatch batch) => linear.call(Pooled(batch));                          // (B, C)

    /// <summary>tanh of the pooler over the last hidden state of [CLS], (B, W).</summary>
    internal Tensor Pooled(BertBatch batch) =>
        pooler.Call(HiddenStates(batch).Last().narrow(1, 0, 1)).squeeze(1).tanh();

    /// <summary>
    /// Yields the output of the embeddings, then that of each layer, (B, T, W). Each is valid until the next is
    /// requested.
    /// </summary>
    internal IEnumerable<Tensor> HiddenStates(BertBatch batch)
    {
        // True where a token may be attended to; it is the same for every head and for every token of a text.
        using var mask = batch.Mask.view(batch.Mask.size(0), 1, 1, -1);                             // (B, 1, 1, T)
        var drops = training && DropsOut;
        var state = embeddings.Call(batch.Ids, batch.TokenTypes, drops);
        yield return state;
        foreach (var layer in layers)
        {
            var next = layer.Call(state, mask, drops);
            state.Dispose();            // frees its memory in evaluation; in training torch keeps what backward needs
            yield return state = next;
        }
    }

    /// <summary>
    /// Includes all weights except those of the embeddings and the classifier, and excludes biases;
    /// protocol sound also excludes LayerNorm.
    /// </summary>
    public override bool IsPrunable(string parameter) =>
        parameter.EndsWith(".weight", StringComparison.Ordinal)
        && !parameter.StartsWith(EmbeddingsPrefix, StringComparison.Ordinal)
        && !parameter.StartsWith(ClassifierPrefix, StringComparison.Ordinal)
        && (pruneLayerNorm || !parameter.Contains(LayerNorm, StringComparison.Ordinal));

    /// <summary>The normalised sum of the embeddings of word, position and token type.</summary>
    private sealed class Embeddings : nn.Module
    {
        private readonly BertConfig config;
        private readonly Embedding words, types;
        private readonly Table positions;
        private readonly Normalisation norm;

        public Embeddings(BertConfig config, Take take) : base("embeddings")
        {
            this.config = config;
            words = nn.Embedding(config.PadToken + 1, 1, padding_idx: config.PadToken);     // its weights are not drawn
            words.weight = take("embeddings.word_embeddings.weight", config.VocabularySize, config.Width);
            positions = new(take, "embeddings.position_embeddings.", config.MaxPositions, config.Width);
            // The gradients of its few rows have many terms, which an embedding adds in a fixed order on every device.
            types = nn.Embedding_from_pretrained(zeros(1, 1), freeze: false);
            types.weight = take("embeddings.token_type_embeddings.weight", config.TokenTypes, config.Width);
            norm = new(take, "embeddings.LayerNorm.", config);
            register_module("word_embeddings", words);
            register_module("position_embeddings", positions);
            register_module("token_type_embeddings", types);
            register_module("LayerNorm", norm);
        }

        public Tensor Call(Tensor ids, Tensor tokenTypes, bool drops)
        {
            using var scope = NewDisposeScope();
            var sum = words.call(ids)                                                               // (B, T, W)
                .add(types.call(tokenTypes), One)
                .add(positions.Rows.narrow(0, 0, ids.size(1)), One);  // (T, W), for every text
            return nn.functional.dropout(norm.Call(sum), config.HiddenDropout, drops).MoveToOuterDisposeScope();
        }
    }

    /// <summary>
    /// Attention over the text, then two linear maps of each token; the input of each is added to its output, then
    /// normalised.
    /// </summary>
    private sealed class Layer : nn.Module
    {
        private readonly BertConfig config;
        private readonly Affine query, key, value, mixed, widened, narrowed;
        private readonly Normalisation attentionNorm, outputNorm;

        public Layer(BertConfig config, Take take, string prefix, ScalarType numbers) : base("layer")
        {
            this.config = config;
            var (width, inner) = (config.Width, config.InnerWidth);
            query = new(take, prefix + "attention.self.query.", width, width, numbers);
            key = new(take, prefix + "attention.self.key.", width, width, numbers);
            value = new(take, prefix + "attention.self.value.", width, width, numbers);
            mixed = new(take, prefix + "attention.output.dense.", width, width, numbers);
            attentionNorm = new(take, prefix + "attention.output.LayerNorm.", config);
            widened = new(take, prefix + "intermediate.dense.", width, inner, numbers);
            narrowed = new(take, prefix + "output.dense.", inner, width, numbers);
            outputNorm = new(take, prefix + "output.LayerNorm.", config);
            register_module("attention", new Branch(
                ("self", new Branch(("query", query), ("key", key), ("value", value))),
                ("output", new Branch(("dense", mixed), ("LayerNorm", attentionNorm)))));
            register_module("intermediate", new Branch(("dense", widened)));
            register_module("output", new Branch(("dense", narrowed), ("LayerNorm", outputNorm)));
        }

        /// <param name="state">(B, T, W).</param>
        /// <param name="mask">(B, 1, 1, T).</param>
        /// <returns>(B, T, W).</returns>
        public Tensor Call(Tensor state, Tensor mask, bool drops)
        {
            using var scope = NewDisposeScope();
            var attended = Attention.Of(
                    ByHead(query.InItsNumbers(state)), ByHead(key.InItsNumbers(state)),
                    ByHead(value.InItsNumbers(state)),
                    mask, drops ? config.AttentionDropout : 0)  // (B, heads, T, W / heads)
                .transpose(1, 2).flatten(2);                                                        // (B, T, W)
            var middle = attentionNorm.Call(state.add(Dropped(mixed.Call(attended), drops), One));
            var inner = widened.Call(middle);                                                       // (B, T, inner)
            inner = config.Activation switch
            {
                Activation.Gelu => nn.functional.gelu(inner),
                Activation.TanhGelu => nn.functional.gelu(inner, TorchSharp.Modules.GELU.Approximate.tanh),
                Activation.Relu => nn.functional.relu(inner),
            };
            return outputNorm.Call(middle.add(Dropped(narrowed.Call(inner), drops), One)).MoveToOuterDisposeScope();
        }

        private Tensor ByHead(Tensor state) =>
            state.view(state.size(0), state.size(1), config.Heads, -1).transpose(1, 2);  // (B, heads, T, W / heads)

        private Tensor Dropped(Tensor state, bool drops) => nn.functional.dropout(state, config.HiddenDropout, drops);
    }

    /// <summary>x W' + b over the last dimension.</summary>
    private sealed class Affine : nn.Module
    {
        private readonly Parameter weight, bias;
        private readonly ScalarType numbers;

        public Affine(Take take, string prefix, long from, long to, ScalarType numbers) : base("dense")
        {
            this.numbers = numbers;
            register_parameter("weight", weight = take(prefix + "weight", to, from));
            register_parameter("bias", bias = take(prefix + "bias", to));
        }

        /// <returns>The result as float32.</returns>
        public Tensor Call(Tensor input) => InItsNumbers(input).to(ScalarType.Float32);

        /// <returns>The result in the numbers of the product.</returns>
        public Tensor InItsNumbers(Tensor input) => numbers == ScalarType.Float32
            ? LinearMap.Of(input, weight, bias)
            : nn.functional.linear(input.to(numbers), weight.to(numbers), bias.to(numbers));
    }

    /// <summary>Mean 0 and variance 1 over the last dimension, then scaled and shifted.</summary>
    private sealed class Normalisation : nn.Module
    {
        private readonly BertConfig config;
        private readonly Parameter weight, bias;

        public Normalisation(Take take, string prefix, BertConfig config) : base("LayerNorm")
        {
            this.config = config;
            register_parameter("weight", weight = take(prefix + "weight", config.Width));
            register_parameter("bias", bias = take(prefix + "bias", config.Width));
        }

        public Tensor Call(Tensor input) =>
            nn.functional.layer_norm(input, [config.Width], weight, bias, config.LayerNormEpsilon);
    }

    /// <summary>An embedding whose caller reads the rows.</summary>
    private sealed class Table : nn.Module
    {
        public Table(Take take, string prefix, long rows, long width) : base("embedding") =>
            register_parameter("weight", Rows = take(prefix + "weight", rows, width));

        public Parameter Rows { get; }
    }

    /// <summary>Modules under the names that they have in the published model.</summary>
    private sealed class Branch : nn.Module
    {
        public Branch(params (string Name, nn.Module Module)[] children) : base("branch")
        {
            foreach (var (name, module) in children) register_module(name, module);
        }
    }
}
