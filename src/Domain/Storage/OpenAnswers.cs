using Microsoft.EntityFrameworkCore;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;

namespace PieService.Domain.Storage;

/// <summary>How it is known whether two wrong answers are the same.</summary>
internal enum OpenAnswerKind
{
    /// <summary>The labels are the answers.</summary>
    None,

    /// <summary>The labels are judgements, and the runs have the texts of the answers.</summary>
    Texts,

    /// <summary>The labels are judgements, and a run has no texts.</summary>
    Unknown,
}

/// <summary>
/// Counts flips by the texts of open answers, of which predictions state only whether they are right. The texts of all
/// runs for as many examples as a row of <see cref="RunAnswers"/> has are in memory at a time.
/// </summary>
/// <param name="db">Reads from one snapshot of the database.</param>
internal sealed class OpenAnswers(PieDbContext db, Comparison comparison, Cohorts cohorts)
{
    private readonly Guid[] runs = [.. cohorts.Dense.Concat(cohorts.Pruned).Select(run => run.Id)];

    public async Task<OpenAnswerKind> KindAsync(CancellationToken cancellation)
    {
        var known = await db.Database.SqlQuery<bool>($"""
            SELECT bool_or(cardinality(array_remove(texts, NULL)) > 0) AS "Value" FROM run_answers
            WHERE run_id = ANY({runs}) AND split = {Wire.Name(comparison.Split)} GROUP BY run_id
            """).ToListAsync(cancellation);
        return known.Count == 0 ? OpenAnswerKind.None
            : known.Count == runs.Length && known.TrueForAll(hasTexts => hasTexts) ? OpenAnswerKind.Texts
            : OpenAnswerKind.Unknown;
    }

    /// <summary>Counts the flips of a block, if <see cref="KindAsync"/> finds texts.</summary>
    /// <param name="start">The position of the first example of the block.</param>
    public async Task AddAsync(FlipTally flips, int start, ComparedAnswers block, CancellationToken cancellation)
    {
        var end = start + block.Gold.Count;
        for (var row = start / RunAnswers.Examples * RunAnswers.Examples; row < end; row += RunAnswers.Examples)
        {
            var first = Math.Max(start, row);
            var count = Math.Min(end, row + RunAnswers.Examples) - first;
            var texts = await Rows.Where(answers => answers.Start == row)
                .ToDictionaryAsync(answers => answers.RunId, answers => answers.Texts, cancellation);
            flips.Add(
                first, new(block.Gold.Slice(first - start, count), Labels(block.Dense), Labels(block.Pruned)),
                new(Texts(cohorts.Dense), Texts(cohorts.Pruned)));

            IReadOnlyList<PackedLabels> Labels(IReadOnlyList<PackedLabels> cohort) =>
                [.. cohort.Select(run => run.Slice(first - start, count))];

            IReadOnlyList<string?[]> Texts(IReadOnlyList<Run> cohort) =>
                [.. cohort.Select(run => texts[run.Id].AsSpan(first - row, count).ToArray())];
        }
    }

    private IQueryable<RunAnswers> Rows => db.RunAnswers.AsNoTracking()
        .Where(answers => runs.Contains(answers.RunId) && answers.Split == comparison.Split);
}
