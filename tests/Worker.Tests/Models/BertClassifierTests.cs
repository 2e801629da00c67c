using PieService.Domain.Recipes;
using PieService.Golden;
using PieService.Worker.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Models;

public sealed class BertClassifierTests
{
    private static readonly TextInput[] Texts = [new(new[] { 2, 5, 6, 7, 3 }), new(new[] { 2, 3 }),
        new(new[] { 2, 12, 3, 13, 14, 14, 8, 3 }, 3)];

    [Theory]
    [InlineData(Protocol.Paper, (8 * 12) + 1)]         // 97 tensors for bert-base
    [InlineData(Protocol.Sound, (6 * 12) + 1)]         // without the LayerNorms
    public void The_weights_between_the_embeddings_and_the_classifier_are_prunable(Protocol protocol, int expected)
    {
        using var bert = new ToyBert(layers: 12);
        using var model = ToyBert.Load(bert.Write(), protocol);
        using var parameters = new ParameterBuffer(model);
        Assert.Equal(expected, parameters.Masks.Count);
    }

    public static TheoryData<string> GoldenMasks => GoldenFolder.Cases("masks/bert*");

    [Theory]
    [MemberData(nameof(GoldenMasks))]
    public void Names_order_and_prunable_tensors_are_those_of_the_published_model(string name)
    {
        var golden = GoldenFolder.Json($"{name}.json");
        using var bert = new ToyBert();
        using var model = ToyBert.Load(bert.Write(), Protocol.Paper);
        string[] names = [.. model.named_parameters().Select(parameter => parameter.name)];
        Assert.Equal(Listed("tensors"), names.Where(model.IsPrunable));
        Assert.Equal(Listed("excluded"), names.Where(parameter => !model.IsPrunable(parameter)));

        IEnumerable<string> Listed(string property) =>
            golden.GetProperty(property).EnumerateArray().Select(tensor => tensor.GetString()!);
    }

    [Fact]
    public void In_bf16_the_logits_are_near_those_of_float32_and_parameters_and_gradients_are_float32()
    {
        using var bert = new ToyBert();
        var path = bert.Write();
        using var scope = NewDisposeScope();
        var (exact, rounded) = (LogitsOf(Precision.Fp32), LogitsOf(Precision.Bf16));
        Assert.NotEqual(exact, rounded);
        // A rounding to 8 bits is 0.4 %, and a layer has six of them in a row.
        Assert.All(exact.Zip(rounded), pair => Assert.Equal(pair.First, pair.Second, 0.05f));

        float[] LogitsOf(Precision precision)
        {
            manual_seed(5);
            using var model = ToyBert.Load(path, precision: precision);
            model.eval();
            var logits = model.Logits(Texts);
            logits.sum().backward();
            Assert.All(
                model.parameters(),
                parameter => Assert.Equal(
                    (ScalarType.Float32, ScalarType.Float32), (parameter.dtype, parameter.grad!.dtype)));
            return Values(logits.detach());
        }
    }

    /// <summary>Maps that give their biases, which bf16 has exactly, leave only what float32 computes.</summary>
    [Fact]
    public void In_bf16_dropout_and_sums_of_layers_are_those_of_float32()
    {
        using var bert = new ToyBert();
        bert.Config["attention_probs_dropout_prob"] = 0;
        var path = bert.Write();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Assert.Equal(StatesIn(Precision.Fp32), StatesIn(Precision.Bf16));

        float[] StatesIn(Precision precision)
        {
            using var model = ToyBert.Load(path, precision: precision);
            foreach (var (name, parameter) in model.named_parameters())
            {
                if (name.EndsWith("dense.weight", StringComparison.Ordinal)) parameter.fill_(0);
                if (name.EndsWith("dense.bias", StringComparison.Ordinal)) parameter.fill_(0.5);
            }
            model.train();
            manual_seed(7);
            return Values(model.HiddenStates(BatchOf(model)).Last());
        }
    }

    [Fact]
    public void The_logits_of_a_text_do_not_depend_on_its_batch()
    {
        using var bert = new ToyBert();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = ToyBert.Load(bert.Write());
        model.eval();
        var together = Values(model.Logits(Texts));
        for (var b = 0; b < Texts.Length; b++)
        {
            var alone = Values(model.Logits([Texts[b]]));
            // The sums of float32 values are in another order.
            for (var c = 0; c < alone.Length; c++) Assert.Equal(alone[c], together[(b * alone.Length) + c], 1e-6);
        }
    }

    [Fact]
    public void Dropout_acts_in_training_only_and_depends_on_the_seed()
    {
        using var bert = new ToyBert();
        using var scope = NewDisposeScope();
        using var model = ToyBert.Load(bert.Write());
        model.train();
        Assert.Equal(Seeded(1), Seeded(1));
        Assert.NotEqual(Seeded(1), Seeded(2));
        model.eval();
        Assert.Equal(Seeded(1), Seeded(2));

        float[] Seeded(long seed)
        {
            manual_seed(seed);
            return Values(model.Logits(Texts));
        }
    }

    [Fact]
    public void Dropout_with_probability_0_has_no_effect_in_train_mode()
    {
        using var bert = new ToyBert();
        using var scope = NewDisposeScope();
        using var model = ToyBert.Load(bert.Write());
        model.eval();
        var expected = Values(model.Logits(Texts));
        model.train();
        model.DropsOut = false;
        Assert.Equal(expected, Values(model.Logits(Texts)));
    }

    /// <summary>GELU of -100 is 0 and of 100 is 100, so there it is the same as the larger of x and 0.</summary>
    [Theory]
    [InlineData(-0.5f, -100f)]
    [InlineData(100f, 100f)]
    public void With_relu_a_layer_passes_what_is_above_0(float input, float inputOfGelu) =>
        Assert.Equal(Logits("gelu", inputOfGelu), Logits("relu", input));

    [Theory]
    [InlineData("gelu_python", "gelu", true)]
    [InlineData("gelu_fast", "gelu_new", true)]
    [InlineData("gelu_pytorch_tanh", "gelu_new", true)]
    [InlineData("gelu_new", "gelu", false)]
    [InlineData("relu", "gelu", false)]
    public void Names_of_one_function_give_the_same_logits(string one, string other, bool areEqual) =>
        Assert.Equal(areEqual, Logits(one, 0.7f).SequenceEqual(Logits(other, 0.7f)));

    /// <summary>The logits of a model whose activation has the same input everywhere.</summary>
    private static float[] Logits(string activation, float input)
    {
        using var bert = new ToyBert();
        bert.Config["hidden_act"] = activation;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = ToyBert.Load(bert.Write());
        model.eval();
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (name.EndsWith("intermediate.dense.weight", StringComparison.Ordinal)) parameter.fill_(0);
            if (name.EndsWith("intermediate.dense.bias", StringComparison.Ordinal)) parameter.fill_(input);
        }
        return Values(model.Logits(Texts));
    }

    [Fact]
    public void The_second_text_of_a_pair_has_another_token_type()
    {
        using var bert = new ToyBert();
        using var scope = NewDisposeScope();
        using var model = ToyBert.Load(bert.Write());
        model.eval();
        var batch = BatchOf(model);
        Assert.Equal(
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1], batch.TokenTypes.data<long>());
        Assert.NotEqual(Values(model.Logits([Texts[2]])), Values(model.Logits([new(Texts[2].Tokens)])));
    }

    [Fact]
    public void The_activation_gelu_new_approximates_GELU_by_tanh()
    {
        using var bert = new ToyBert();
        using var scope = NewDisposeScope();
        using var exact = ToyBert.Load(bert.Write());
        bert.Config["hidden_act"] = "gelu_new";
        using var approximate = ToyBert.Load(bert.Write());
        exact.eval();
        approximate.eval();
        var (one, other) = (Values(exact.Logits(Texts)), Values(approximate.Logits(Texts)));
        Assert.NotEqual(one, other);
        // The approximation is within 5e-4 of the function, everywhere.
        for (var i = 0; i < one.Length; i++) Assert.Equal(one[i], other[i], 0.01);
    }

    [Fact]
    public void A_forward_and_backward_pass_leaves_no_tensor_behind()
    {
        using var bert = new ToyBert();
        using var model = ToyBert.Load(bert.Write());
        using var parameters = new ParameterBuffer(model);
        Pass();
        var before = Tensor.TotalCount;
        Pass();
        Assert.Equal(before, Tensor.TotalCount);

        void Pass()
        {
            using var scope = NewDisposeScope();
            model.train();
            model.Logits(Texts).sum().backward();
        }
    }

    private static BertBatch BatchOf(BertClassifier model)
    {
        using var placed = model.Place(Texts);
        using var order = placed.InOrder(Enumerable.Range(0, Texts.Length));
        return BertBatch.Of(order.Batch(0, Texts.Length));
    }

    private static float[] Values(Tensor values) => [.. values.detach().contiguous().data<float>()];
}
