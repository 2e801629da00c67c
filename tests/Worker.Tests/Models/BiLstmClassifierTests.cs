using PieService.Domain.Recipes;
using PieService.Golden;
using PieService.Worker.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Models;

public class BiLstmClassifierTests
{
    private static readonly float[] PadThenWord = [0, 0, 0, 1, 2, 3];

    private static readonly int[][] Texts = [[4, 1, 0], [2], [], [0, 1, 2, 3, 4, 4, 3], [3, 3]];

    public static TheoryData<string> GoldenMasks => GoldenFolder.Cases("masks/bilstm*");

    [Theory]
    [MemberData(nameof(GoldenMasks))]
    public void Prunable_and_other_tensors_are_those_of_the_published_model(string name)
    {
        var golden = GoldenFolder.Json($"{name}.json");
        using var model = new BiLstmClassifier(Vectors(7), hiddenSize: 9, classCount: 3, CPU);
        string[] names = [.. model.named_parameters().Select(parameter => parameter.name)];

        Assert.Equal(Listed("tensors"), names.Where(model.IsPrunable));
        Assert.Equal(Listed("excluded").Order(), names.Where(parameter => !model.IsPrunable(parameter)).Order());

        IEnumerable<string> Listed(string property) =>
            golden.GetProperty(property).EnumerateArray().Select(tensor => tensor.GetString()!);
    }

    [Fact]
    public void Torch_multiplies_two_matrices() =>
        Assert.Equal(18, ones(2, 3).mm(ones(3, 2)).mul(1.5).sum().item<float>());

    [Fact]
    public void Parameters_have_the_names_and_the_order_of_the_published_model()
    {
        using var model = new BiLstmClassifier(Vectors(300), hiddenSize: 100, classCount: 2, CPU);
        string[] lstm = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
        Assert.Equal(
            [
                .. lstm.Select(name => $"lstm.{name}_l0"), .. lstm.Select(name => $"lstm.{name}_l0_reverse"),
                .. lstm.Select(name => $"lstm.{name}_l1"), .. lstm.Select(name => $"lstm.{name}_l1_reverse"),
                "l1.weight", "l1.bias", "l2.weight", "l2.bias", "fc.weight", "fc.bias",
            ],
            model.named_parameters().Select(parameter => parameter.name));
        Assert.Equal(563_200 + 51_456 + 32_896 + (129 * 2), model.parameters().Sum(parameter => parameter.numel()));
    }

    [Fact]
    public void Ten_tensors_with_643968_weights_are_prunable()
    {
        using var model = new BiLstmClassifier(Vectors(300), hiddenSize: 100, classCount: 2, CPU);
        using var parameters = new ParameterBuffer(model);
        var prunable = parameters.Segments.Where(segment => segment.IsPrunable).ToList();
        Assert.Equal(
            [120_000, 40_000, 120_000, 40_000, 80_000, 40_000, 80_000, 40_000, 51_200, 32_768],
            prunable.Select(segment => segment.Size));
        Assert.Equal(643_968, prunable.Sum(segment => segment.Size));
        Assert.Equal(("lstm.weight_ih_l0", "l2.weight"), (prunable[0].Name, prunable[^1].Name));
    }

    [Fact]
    public void A_trained_embedding_is_the_last_parameter_and_not_prunable()
    {
        using var model = new BiLstmClassifier(new([1, 2], 3, 4, null), hiddenSize: 3, classCount: 2, CPU);
        Assert.Equal("embedding.weight", model.named_parameters().Last().name);
        Assert.False(model.IsPrunable("embedding.weight"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_logits_of_a_text_do_not_depend_on_its_batch(bool isFrozen)
    {
        manual_seed(5);
        using var model = new BiLstmClassifier(isFrozen ? Vectors(7) : new([1, 2, 3, 4, 5], 6, 7, null), 9, 3, CPU);
        var texts = Array.ConvertAll(Texts, text => new TextInput(text));
        using var noGrad = no_grad();
        var together = model.Logits(texts);
        for (var i = 0; i < texts.Length; i++)
            Assert.InRange((together[i] - model.Logits([texts[i]])[0]).abs().max().item<float>(), 0, 1e-6f);
    }

    /// <summary>
    /// The published model reads pads like words, from the beginning and from the end.
    /// </summary>
    [Fact]
    public void A_text_that_is_padded_to_a_fixed_length_is_read_with_its_pads()
    {
        manual_seed(5);
        using var padded = new BiLstmClassifier(Vectors(7), 9, 3, CPU, paddedLength: 8);
        manual_seed(5);
        using var alone = new BiLstmClassifier(Vectors(7) with { RowOfWord = [1, 2, 3, 4, 5, 0] }, 9, 3, CPU);
        using var noGrad = no_grad();
        const int Pad = 5;
        var together = padded.Logits(Array.ConvertAll(Texts, text => new TextInput(text)));
        for (var i = 0; i < Texts.Length; i++)
        {
            int[] withPads = [.. Texts[i], .. Enumerable.Repeat(Pad, 8 - Texts[i].Length)];
            Assert.InRange((together[i] - alone.Logits([new(withPads)])[0]).abs().max().item<float>(), 0, 1e-6f);
        }
    }

    [Fact]
    public void The_read_out_is_the_forward_state_at_the_last_word_and_the_backward_state_at_the_first()
    {
        manual_seed(6);
        using var model = new BiLstmClassifier(Vectors(7), 9, 3, CPU);
        using var noGrad = no_grad();
        var parameters = model.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);
        int[] text = [4, 1, 0, 2];
        var input = text.Select(word => tensor(Vectors(7).Frozen!, [6, 7])[word + 1]).ToList();
        for (var layer = 0; layer < 2; layer++)
        {
            var forward = Lstm(input, layer, "");
            var backward = Lstm(input.AsEnumerable().Reverse(), layer, "_reverse").AsEnumerable().Reverse().ToList();
            input = [.. forward.Zip(backward, (f, b) => cat([f, b]))];
        }
        var readOut = cat([input[^1].narrow(0, 0, 9), input[0].narrow(0, 9, 9)]);
        var expected = Linear(Linear(Linear(readOut, "l1").relu(), "l2").relu(), "fc");
        Assert.InRange((expected - model.Logits([new(text)])[0]).abs().max().item<float>(), 0, 1e-6f);

        Tensor Linear(Tensor x, string name) => parameters[$"{name}.weight"].mv(x) + parameters[$"{name}.bias"];

        List<Tensor> Lstm(IEnumerable<Tensor> sequence, int layer, string direction)
        {
            var (h, c, states) = (zeros(9), zeros(9), new List<Tensor>());
            foreach (var x in sequence)
            {
                var gates =
                    (parameters[$"lstm.weight_ih_l{layer}{direction}"].mv(x)
                        + parameters[$"lstm.bias_ih_l{layer}{direction}"]
                        + parameters[$"lstm.weight_hh_l{layer}{direction}"].mv(h)
                        + parameters[$"lstm.bias_hh_l{layer}{direction}"]).chunk(4);
                c = (gates[1].sigmoid() * c) + (gates[0].sigmoid() * gates[2].tanh());      // order i, f, g, o
                states.Add(h = gates[3].sigmoid() * c.tanh());
            }
            return states;
        }
    }

    [Fact]
    public void An_empty_text_is_read_as_one_zero_vector()
    {
        manual_seed(7);
        using var model = new BiLstmClassifier(new([1, 0], 2, 3, [0, 0, 0, 1, 2, 3]), 4, 2, CPU);
        using var noGrad = no_grad();
        Assert.True(model.Logits([new(Texts[2])]).eq(model.Logits([new(Texts[1].AsMemory(0, 0))])).all().item<bool>());
    }

    [Fact]
    public void Initial_weights_are_uniform_within_the_inverse_root_of_the_width()
    {
        manual_seed(8);
        using var model = new BiLstmClassifier(Vectors(50), 100, 2, CPU);
        var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        Assert.InRange(parameters["lstm.weight_ih_l1"].abs().max().item<float>(), 0.0999f, 0.1f);
        Assert.InRange(parameters["lstm.bias_hh_l0"].abs().max().item<float>(), 0.098f, 0.1f);
        Assert.InRange(parameters["l2.weight"].abs().max().item<float>(), 0.0624f, 0.0625f);
    }

    [Fact]
    public void Words_that_occur_once_in_train_share_the_row_of_unknown_words()
    {
        var builder = new Worker.Text.TokenisedDatasetBuilder("hash", 2);
        builder.Add("train", ["twice", "once", "twice"], 0);
        builder.Add("test", ["never", "twice"], 0);
        var input = InputVectors.Trained(builder.Build(), maxLength: 3, dimensions: 4);
        Assert.Equal([2, 1, 1], input.RowOfWord);
        Assert.Equal(3, input.Rows);
    }

    /// <summary>
    /// Reuters and AAPD are padded with the empty string, which is a word that no vectors have.
    /// </summary>
    [Fact]
    public void Pads_may_have_the_mean_vector_of_unknown_words()
    {
        var vectors = new Worker.Text.WordVectors("v", "sha", "hash", 2, [1, 2, 3, 4], Mean: [5, 6], Found: 2);
        var (zeros, unknown) = (InputVectors.Given(vectors), InputVectors.Given(vectors, Padding.UnknownWord));
        Assert.Equal([0, 0], RowOf(zeros, zeros.PadRow));
        Assert.Equal([5, 6], RowOf(unknown, unknown.PadRow));
        Assert.Equal([1, 2], RowOf(unknown, unknown.RowOfWord[0]));

        manual_seed(5);
        using var padded = new BiLstmClassifier(unknown, 9, 3, CPU, paddedLength: 4);
        manual_seed(5);
        using var spelt = new BiLstmClassifier(
            unknown with { RowOfWord = [.. unknown.RowOfWord, unknown.PadRow] }, 9, 3, CPU, paddedLength: 4);
        using var noGrad = no_grad();
        Assert.Equal(
            0, (padded.Logits([new(new[] { 1 })]) - spelt.Logits([new(new[] { 1, 2, 2, 2 })])).abs().max()
                .item<float>());

        static float[] RowOf(InputVectors input, int row) =>
            input.Frozen!.AsSpan(row * input.Dimensions, input.Dimensions).ToArray();
    }

    [Fact]
    public void With_a_trained_embedding_pads_have_the_row_of_unknown_words()
    {
        var builder = new Worker.Text.TokenisedDatasetBuilder("hash", 2);
        builder.Add("train", ["often", "often", "once"], 0);
        var input = InputVectors.Trained(builder.Build(), maxLength: 3, dimensions: 4, Padding.UnknownWord);
        Assert.Equal(input.RowOfWord[1], input.PadRow);
    }

    [Fact]
    public void Words_that_occur_only_beyond_the_maximum_length_have_no_row()
    {
        var builder = new Worker.Text.TokenisedDatasetBuilder("hash", 2);
        builder.Add("train", ["early", "early", "late", "late"], 0);
        var dataset = builder.Build();
        Assert.Equal([2, 1], InputVectors.Trained(dataset, maxLength: 3, dimensions: 4).RowOfWord);
        Assert.Equal(["[PAD]", "[UNK]", "early"], InputVectors.WordsOfRows(dataset, maxLength: 3));
        Assert.Equal(["[PAD]", "[UNK]", "early", "late"], InputVectors.WordsOfRows(dataset, maxLength: 4));
    }

    /// <summary>Five words.</summary>
    private static InputVectors Vectors(int dimensions) => new(
        [1, 2, 3, 4, 5], 6, dimensions,
        [.. new float[dimensions], .. Enumerable.Range(0, 5 * dimensions).Select(i => MathF.Sin(i))]);
}
