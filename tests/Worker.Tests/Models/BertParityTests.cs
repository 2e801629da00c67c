using System.Text.Json;
using PieService.Domain.Recipes;
using PieService.Golden;
using PieService.Worker.Models;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Models;

/// <summary>
/// Compares the encoder, its gradients and one training step with the Hugging Face implementation of equal weights.
/// </summary>
public sealed class BertParityTests
{
    private const string Encoder = "bert.";
    private const double LearningRate = 5e-5, MaxGradientNorm = 1;         // of the reference

    public static TheoryData<string> Models => ReferenceModels.With("outputs.safetensors");

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_hidden_state_and_the_pooler_output_equal_the_reference(string name)
    {
        var reference = Outputs(name);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = Load(name, classCount: 2);
        model.eval();
        string[] inputs = [.. reference.Names.Where(tensor => tensor.EndsWith(".input_ids", StringComparison.Ordinal))
            .Select(tensor => tensor.Split('.')[0])];
        Assert.NotEmpty(inputs);
        foreach (var input in inputs)
        {
            var batch = Batch(reference, input);
            AssertClose(
                reference.Get<float>($"{input}.pooler_output"), Values(model.Pooled(batch)), $"{input}.pooler_output");
            // Pads attend to the text like tokens, but their states are not used, so they are not compared.
            bool[] text = [.. batch.Mask.data<bool>()];
            var compared = 0;
            foreach (var (state, layer) in model.HiddenStates(batch).Select((state, layer) => (Values(state), layer)))
            {
                if (!reference.Has($"{input}.hidden.{layer}")) continue;
                var expected = reference.Get<float>($"{input}.hidden.{layer}");
                var width = state.Length / text.Length;
                int[] places = [.. Enumerable.Range(0, expected.Length).Where(place => text[place / width])];
                AssertClose(
                    Array.ConvertAll(places, place => expected[place]), Array.ConvertAll(places, place => state[place]),
                    $"{input}.hidden.{layer}");
                compared++;
            }
            Assert.Equal(
                reference.Names.Count(tensor => tensor.StartsWith($"{input}.hidden.", StringComparison.Ordinal)),
                compared);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void The_gradients_and_one_training_step_equal_the_reference(string name)
    {
        var reference = Outputs(name);
        var head = reference.Get<float>("head.bias");
        using var scope = NewDisposeScope();
        using var model = Load(name, head.Length);
        using var parameters = new ParameterBuffer(model);
        using var optimizer = new Adam(parameters, LearningRate);
        Put(parameters, "linear.weight", reference.Get<float>("head.weight"));
        Put(parameters, "linear.bias", head);
        model.eval();                       // dropout is disabled in the reference
        var batch = Batch(reference, "literal");

        var logits = model.Logits(batch);
        AssertClose(reference.Get<float>("step.logits"), Values(logits), "step.logits");
        var loss = nn.functional.cross_entropy(logits, tensor(reference.Get<long>("step.labels")));
        AssertClose(reference.Get<float>("step.loss"), [loss.item<float>()], "step.loss");
        loss.backward();

        var gradients = parameters.CopyGradients();
        AssertClose(reference.Get<float>("step.grad_norm"), [(float)Norm(gradients)], "step.grad_norm");
        foreach (var (tensor, expected) in Named(reference, "step.grad."))
            AssertClose(expected, Slice(parameters, gradients, Encoder + tensor), $"step.grad.{tensor}");
        AssertNorms(name, parameters, gradients);

        parameters.ClipGradients(MaxGradientNorm);
        optimizer.Step();
        var after = parameters.CopyValues();
        foreach (var (tensor, expected) in Named(reference, "step.after."))
            AssertStepped(expected, tensor, parameters, after, gradients);
        AssertClose(reference.Get<float>("step.logits_after"), Values(model.Logits(batch)), "step.logits_after");
    }

    private static void AssertNorms(string name, ParameterBuffer parameters, float[] gradients)
    {
        var norms = JsonDocument.Parse(File.ReadAllBytes(ReferenceModels.Reference(name, "gradients.json"))).RootElement
            .GetProperty("grad_norm_per_tensor").EnumerateObject().ToList();
        Assert.NotEmpty(norms);
        foreach (var norm in norms)
            Assert.Equal(
                norm.Value.GetDouble(), Norm(Slice(parameters, gradients, Encoder + norm.Name)),
                ReferenceModels.Tolerance);
        // The encoder has only the parameters that the reference lists.
        Assert.Equal(
            norms.Select(norm => Encoder + norm.Name).Order(StringComparer.Ordinal),
            parameters.Segments.Select(segment => segment.Name).Except(["linear.weight", "linear.bias"])
                .Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// Adam's first step is the learning rate times g / (|g| + 1e-8): where the gradient is tiny, its sign, and so the
    /// whole step, is noise. Elsewhere, and where the gradient is 0, the weights agree to a fiftieth of a step.
    /// </summary>
    private static void AssertStepped(
        float[] expected, string tensor, ParameterBuffer parameters, float[] after, float[] gradients)
    {
        const double TinyGradient = 1e-6, WeightTolerance = 1e-6;
        var (ours, gradient) =
            (Slice(parameters, after, Encoder + tensor), Slice(parameters, gradients, Encoder + tensor));
        var compared = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - ours[i]) <= 2 * LearningRate + WeightTolerance,
                $"step.after.{tensor}: {ours[i]} at {i}, not {expected[i]}");
            if (gradient[i] != 0 && Math.Abs(gradient[i]) < TinyGradient) continue;
            Assert.True(
                Math.Abs(expected[i] - ours[i]) <= WeightTolerance,
                $"step.after.{tensor}: {ours[i]} at {i}, not {expected[i]}; gradient {gradient[i]}");
            compared++;
        }
        Assert.True(
            compared > expected.Length / 2,
            $"step.after.{tensor}: only {compared} of {expected.Length} gradients are not tiny");
    }

    private static GoldenTensors Outputs(string name) =>
        GoldenTensors.Read(ReferenceModels.Reference(name, "outputs.safetensors"));

    private static BertClassifier Load(string name, int classCount)
    {
        var folder = ReferenceModels.Folder(name);
        return new(BertConfig.Read(folder), BertWeights.Load(folder), classCount, Protocol.Paper, CPU);
    }

    private static BertBatch Batch(GoldenTensors reference, string input)
    {
        long[] shape = [.. reference.Shape($"{input}.input_ids").Select(side => (long)side)];
        return new(
            tensor(reference.Get<long>($"{input}.input_ids"), shape),
            tensor(reference.Get<long>($"{input}.token_type_ids"), shape),
            tensor(reference.Get<long>($"{input}.attention_mask"), shape).to_type(ScalarType.Bool));
    }

    private static IEnumerable<(string Tensor, float[] Values)> Named(GoldenTensors reference, string prefix)
    {
        string[] names = [.. reference.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        Assert.NotEmpty(names);
        return names.Select(name => (name[prefix.Length..], reference.Get<float>(name)));
    }

    private static void Put(ParameterBuffer parameters, string name, float[] values)
    {
        var (all, segment) = (parameters.CopyValues(), Segment(parameters, name));
        values.CopyTo(all, segment.Offset);
        parameters.SetValues(all);
    }

    private static ParameterBuffer.Segment Segment(ParameterBuffer parameters, string name) =>
        parameters.Segments.Single(segment => segment.Name == name);

    private static float[] Slice(ParameterBuffer parameters, float[] flat, string name) =>
        Segment(parameters, name) is var segment ? flat[segment.Offset..(segment.Offset + segment.Size)] : [];

    private static float[] Values(Tensor values) => [.. values.detach().contiguous().data<float>()];

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));

    private static void AssertClose(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var furthest = expected.Zip(actual, (theirs, ours) => Math.Abs((double)theirs - ours)).Max();
        Assert.True(furthest <= ReferenceModels.Tolerance, $"{what} is {furthest:g3} away");
    }
}
