using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Bundles;

/// <summary>The open answers of a bundle: for one run after the other, a line for each example.</summary>
internal sealed class AnswerFile(BundleFile bundle) : IDisposable
{
    private readonly Dictionary<Split, IEnumerator<string?>> files = [];

    /// <summary>The answers of the next run, read while they are enumerated.</summary>
    public IEnumerable<string?[]> Blocks(Split split, int examples)
    {
        for (var start = 0; start < examples; start += RunAnswers.Examples)
            yield return Next(split, Math.Min(RunAnswers.Examples, examples - start));
    }

    public void CheckEnd()
    {
        foreach (var (split, lines) in files)
            if (lines.MoveNext())
                throw bundle.Error(BundleEntries.Answers(split), "has more lines than the runs have answers");
    }

    public void Dispose()
    {
        foreach (var lines in files.Values) lines.Dispose();
    }

    private string?[] Next(Split split, int examples)
    {
        if (!files.TryGetValue(split, out var lines))
            files.Add(
                split,
                lines = bundle.Lines<string?>(BundleEntries.Answers(split), allowsNull: true).GetEnumerator());
        var answers = new string?[examples];
        for (var i = 0; i < examples; i++)
        {
            if (!lines.MoveNext())
                throw bundle.Error(BundleEntries.Answers(split), "has fewer lines than the runs have answers");
            if (lines.Current?.Length > RunAnswers.Characters)
                throw bundle.Error(
                    BundleEntries.Answers(split), $"has an answer of more than {RunAnswers.Characters} characters");
            answers[i] = lines.Current;
        }
        return answers;
    }
}
