using PieService.Domain.Recipes;

namespace PieService.Domain.Tests.Recipes;

public class RecipeFingerprintTests
{
    private static readonly Recipe Imp = new(
        "sha256:d", Architecture.BiLstm, "glove", new Hyperparameters(6, 256, 0.001, 128, 100, 100), Protocol.Sound,
        Method.Imp, 90);

    [Fact]
    public void The_canonical_text_has_a_line_for_each_field_that_decides_the_model() => Assert.Equal(
        """
        pie-recipe/1
        dataset sha256:d
        architecture BiLSTM
        vectors glove
        protocol sound
        epochs 6
        batchSize 256
        learningRate 0.001
        maxLength 128
        hiddenSize 100
        method IMP
        sparsity 90

        """, RecipeFingerprint.CanonicalText(Imp));

    /// <summary>None of these may ever change: a changed fingerprint is a lost result.</summary>
    [Theory]
    [InlineData(Method.Imp, 90, "r1:0edfad3f71d80e203be5989cc86aec2714d86662ee696b49be929a51b8491138")]
    [InlineData(Method.RpAi, 50.5, "r1:7e5f76f16cab8f13852155b6fd5b4a08c3dcc217ec96dffc7330873150b810b5")]
    [InlineData(Method.Dense, 0, "r1:3eb043f4b66c9892beca9ea50580325bc9a5f885b681ed49b807beb396e2cbea")]
    public void Fingerprints_are_pinned(Method method, double sparsity, string fingerprint) =>
        Assert.Equal(fingerprint, RecipeFingerprint.Of(Imp with { Method = method, Sparsity = (decimal)sparsity }));

    private static readonly Recipe Bert = Imp with
    {
        Architecture = Architecture.Bert,
        Vectors = null,
        Checkpoint = "bert-base-uncased",
    };

    [Fact]
    public void A_BERT_is_identified_by_its_checkpoint_and_has_no_sizes()
    {
        Assert.Equal(
            """
            pie-recipe/1
            dataset sha256:d
            architecture BERT
            checkpoint bert-base-uncased
            protocol sound
            epochs 6
            batchSize 256
            learningRate 0.001
            maxLength 128
            method IMP
            sparsity 90

            """, RecipeFingerprint.CanonicalText(Bert));
        Assert.Equal("r1:c632ce3229169c390789146f3c03f142e0b60cb80e4f562c4cbb394cd15deab6", RecipeFingerprint.Of(Bert));
        Assert.NotEqual(RecipeFingerprint.Of(Bert), RecipeFingerprint.Of(Bert with { Checkpoint = "minilm" }));
        Assert.Equal(RecipeFingerprint.Of(Bert), RecipeFingerprint.Of(Bert with
        {
            Hyperparameters = Bert.Hyperparameters with { HiddenSize = 1, EmbeddingSize = 1 },
        }));
    }

    [Fact]
    public void The_text_of_a_trained_embedding_has_the_rule_for_its_rows() => Assert.Equal(
        RecipeFingerprint.CanonicalText(Imp)
            .Replace("vectors glove\n", "embeddingSize 100\nembeddedWords cut\n", StringComparison.Ordinal),
        RecipeFingerprint.CanonicalText(Imp with { Vectors = null }));

    [Fact]
    public void The_fingerprint_of_a_dense_run_does_not_depend_on_the_scope() =>
        Assert.Equal(
            RecipeFingerprint.Of(Imp.Dense), RecipeFingerprint.Of((Imp with { Scope = PruningScope.Global }).Dense));

    [Fact]
    public void The_notation_of_a_number_does_not_change_the_fingerprint() =>
        Assert.Equal(RecipeFingerprint.Of(Imp), RecipeFingerprint.Of(Imp with { Sparsity = 90.000m }));

    [Fact]
    public void The_embedding_size_matters_only_if_the_embedding_is_trained()
    {
        Assert.Equal(RecipeFingerprint.Of(Imp), RecipeFingerprint.Of(Wider(Imp)));
        var trained = Imp with { Vectors = null };
        Assert.NotEqual(RecipeFingerprint.Of(trained), RecipeFingerprint.Of(Wider(trained)));

        static Recipe Wider(Recipe recipe) =>
            recipe with { Hyperparameters = recipe.Hyperparameters with { EmbeddingSize = 300 } };
    }

    [Fact]
    public void The_precision_has_a_line_only_if_it_is_not_the_default()
    {
        var inBf16 = Bert with { Hyperparameters = Bert.Hyperparameters with { Precision = Precision.Bf16 } };
        Assert.Contains(
            "\nmaxLength 128\nprecision bf16\nmethod", RecipeFingerprint.CanonicalText(inBf16),
            StringComparison.Ordinal);
        var inTf32 = Imp with { Hyperparameters = Imp.Hyperparameters with { Precision = Precision.Tf32 } };
        Assert.Contains("\nprecision tf32\n", RecipeFingerprint.CanonicalText(inTf32), StringComparison.Ordinal);
        Assert.DoesNotContain("precision", RecipeFingerprint.CanonicalText(Bert), StringComparison.Ordinal);
    }

    [Fact]
    public void The_padding_has_a_line_only_if_it_is_not_the_default()
    {
        var unknown = Imp with
        {
            Protocol = Protocol.Paper,
            Hyperparameters = Imp.Hyperparameters with { Padding = Padding.UnknownWord },
        };
        Assert.Contains(
            "\nhiddenSize 100\npadding unknownWord\nmethod", RecipeFingerprint.CanonicalText(unknown),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_field_that_decides_the_model_changes_the_fingerprint()
    {
        var hyper = Imp.Hyperparameters;
        Recipe[] others =
        [
            Imp with { DatasetHash = "sha256:e" }, Imp with { Vectors = "fasttext" },
            Imp with { Protocol = Protocol.Paper },
            Imp with { Method = Method.ImpWr }, Imp with { Sparsity = 91 },
            Imp with { Architecture = Architecture.Bert },
            Imp with { Hyperparameters = hyper with { Epochs = 7 } },
            Imp with { Hyperparameters = hyper with { BatchSize = 1 } },
            Imp with { Hyperparameters = hyper with { LearningRate = 0.002 } },
            Imp with { Hyperparameters = hyper with { MaxLength = 1 } },
            Imp with { Hyperparameters = hyper with { HiddenSize = 1 } }, Imp.Dense,
            Imp with { Scope = PruningScope.Global },
        ];

        Assert.Equal(others.Length + 1, others.Append(Imp).Select(RecipeFingerprint.Of).Distinct().Count());
    }
}
