using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.TestSupport;

namespace PieService.Api.Tests.Storage;

/// <summary>The plan's size of a label is that of stored labels with their indexes.</summary>
public sealed class LabelSizeTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    /// <summary>
    /// 60,000 labels fill some hundred pages for each of 2, 3 and 90 classes. The tolerance is for pages that are not
    /// full.
    /// </summary>
    [Theory]
    [InlineData(2, Split.Test)]
    [InlineData(3, Split.Train)]
    [InlineData(90, Split.Test)]
    public async Task A_label_has_the_planned_number_of_bytes(int classes, Split split)
    {
        const int labels = 60_000;
        await Sql.ExecuteAsync(api.ConnectionString, $"""
            DROP TABLE IF EXISTS sized;
            CREATE TABLE sized (LIKE pie_labels INCLUDING INDEXES);
            INSERT INTO sized (comparison_number, position, gold, dense_votes, pruned_votes, dense_runs, pruned_runs,
                dense_mode, pruned_mode, dense_tied, pruned_tied, margin, is_pie, direction, el2n, influence_bin, p, q,
                    paired_p,
                paired_q, inclusion, taxicab, shift, self_confidence)
            SELECT position / 20000, position % 20000, 0, decode(repeat('0f00', {classes}), 'hex'),
                decode(repeat('0f00', {classes}), 'hex'), 30, 30, 0, 1, false, false, (position % 31) / 30.0,
                position % 10 = 0, CASE WHEN position % 10 = 0 THEN 'denseRight' END,
                {(split == Split.Train ? "0.5, 7" : "NULL, NULL")},
                0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5
            FROM generate_series(0, {labels - 1}) AS position
            """);

        var bytes = (long)(await Sql.ScalarAsync(api.ConnectionString, "SELECT pg_total_relation_size('sized')"))!;

        Assert.InRange((double)LabelSize.BytesPerExample(classes, split) * labels / bytes, 0.95, 1.05);
    }
}
