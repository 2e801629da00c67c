using PieService.Domain.Foreign;
using PieService.Domain.Sweeps;
using PieService.Golden;

namespace PieService.Domain.Tests.Foreign;

/// <summary>Files of every format with a few other bytes, or cut off: they are read or refused, and nothing else.
/// </summary>
public class DamagedFileTests
{
    private const int Damages = 100;

    private static readonly Dictionary<string, ForeignFile> Formats = new()
    {
        ["lm-eval"] = new() { Format = ForeignFormat.LmEvalHarness, Filter = "none" },
        ["every-eval-ever"] = new() { Format = ForeignFormat.EveryEvalEver },
        ["openai-evals"] = new() { Format = ForeignFormat.OpenAiEvals },
        ["opencompass"] = new() { Format = ForeignFormat.OpenCompass },
        ["inspect"] = new() { Format = ForeignFormat.Inspect },
        ["helm"] = new() { Format = ForeignFormat.Helm, Metric = "exact_match" },
        ["lighteval"] = new() { Format = ForeignFormat.Lighteval },
        ["arrays"] = new() { Format = ForeignFormat.Npy, ScoreKind = ScoreKind.Logits },
    };

    public static TheoryData<string> Folders() => [.. Formats.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    [Trait("Duration", "Long")]
    public void A_damaged_file_is_read_or_refused(string folder)
    {
        var random = new Random(99 + folder.Length);
        var files = SampleFolder.Files(folder, folder == "arrays" ? "*.npy" : "*");
        Assert.SkipWhen(files.Count == 0, $"There are no samples in {folder}.");
        foreach (var file in files)
        {
            var whole = File.ReadAllBytes(SampleFolder.Path(file));
            for (var i = 0; i < Damages; i++)
            {
                using var import = new Imports
                {
                    Replication = ReplicationKind.Evaluation,
                    Task = folder == "helm" ? ForeignTask.Correctness : ForeignTask.SingleLabel,
                };
                var reading = import.With(
                    Damaged(whole, random), Formats[folder] with { Cohort = "dense" }).Reading();
                reading.Predictions?.Dispose();
                Assert.True(reading.Predictions is null == reading.Errors.Count > 0);
            }
        }
    }

    private static byte[] Damaged(byte[] whole, Random random)
    {
        if (random.Next(4) == 0) return whole[..random.Next(whole.Length)];
        byte[] damaged = [.. whole];
        for (var left = random.Next(1, 4); left > 0; left--)
            damaged[random.Next(damaged.Length)] = "\0\"{}[],:0-9e\u007f"u8[random.Next(13)];
        return damaged;
    }
}
