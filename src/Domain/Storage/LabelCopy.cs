using Npgsql;
using NpgsqlTypes;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;

namespace PieService.Domain.Storage;

/// <summary>Writes the labels of a comparison into pie_labels by COPY.</summary>
internal sealed class LabelCopy : IAsyncDisposable
{
    private readonly NpgsqlBinaryImporter rows;
    private readonly Comparison comparison;
    private readonly Cohorts cohorts;
    private readonly InfluenceRanking? influence;

    /// <summary>The votes of one cohort on one example.</summary>
    private readonly byte[] votes;

    private LabelCopy(
        NpgsqlBinaryImporter rows, Comparison comparison, Cohorts cohorts, InfluenceRanking? influence) =>
        (this.rows, this.comparison, this.cohorts, this.influence, votes) =
            (rows, comparison, cohorts, influence, new byte[2 * cohorts.Dataset.ClassCount]);

    /// <param name="influence">The examples by their EL2N; null if there is none.</param>
    public static async Task<LabelCopy> BeginAsync(
        NpgsqlConnection connection, Comparison comparison, Cohorts cohorts, InfluenceRanking? influence,
        CancellationToken cancellation)
    {
        var rows = await connection.BeginBinaryImportAsync("""
            COPY pie_labels (comparison_number, position, gold, dense_votes, pruned_votes, dense_runs, pruned_runs,
                dense_mode, pruned_mode, dense_tied, pruned_tied, margin, is_pie, direction, el2n, influence_bin, p, q,
                    paired_p,
                paired_q, inclusion, taxicab, shift, self_confidence, replicated)
            FROM STDIN (FORMAT BINARY)
            """, cancellation);
        // A COPY does not have the timeout of its context, and checks a foreign key for each row when it completes.
        rows.Timeout = ComparisonLabels.Timeout;
        return new(rows, comparison, cohorts, influence);
    }

    /// <param name="position">The position of the example in its split.</param>
    public async Task WriteAsync(
        int position, LabelledExample label, ExampleMeasures measures, CancellationToken cancellation)
    {
        await rows.StartRowAsync(cancellation);
        await rows.WriteAsync(comparison.Number, NpgsqlDbType.Integer, cancellation);
        await rows.WriteAsync(position, NpgsqlDbType.Integer, cancellation);
        await WriteAsync(label.Gold, NpgsqlDbType.Smallint);
        await WriteVotesAsync(label.DenseVotes);
        await WriteVotesAsync(label.PrunedVotes);
        await rows.WriteAsync((short)cohorts.Dense.Count, NpgsqlDbType.Smallint, cancellation);
        await rows.WriteAsync((short)cohorts.Pruned.Count, NpgsqlDbType.Smallint, cancellation);
        await WriteAsync(label.DenseMode, NpgsqlDbType.Smallint);
        await WriteAsync(label.PrunedMode, NpgsqlDbType.Smallint);
        await rows.WriteAsync(label.DenseTied, NpgsqlDbType.Boolean, cancellation);
        await rows.WriteAsync(label.PrunedTied, NpgsqlDbType.Boolean, cancellation);
        await rows.WriteAsync(label.Margin, NpgsqlDbType.Double, cancellation);
        await rows.WriteAsync(label.IsPie, NpgsqlDbType.Boolean, cancellation);
        if (label.Direction is { } direction)
            await rows.WriteAsync(Wire.Name(direction), NpgsqlDbType.Text, cancellation);
        else await rows.WriteNullAsync(cancellation);
        await WriteAsync(influence?.El2n[position], NpgsqlDbType.Double);
        await WriteAsync((short?)influence?.Bin[position], NpgsqlDbType.Smallint);
        await WriteAsync(measures.Significance?.P, NpgsqlDbType.Double);
        await WriteAsync(measures.Significance?.Q, NpgsqlDbType.Double);
        await WriteAsync(measures.Significance?.PairedP, NpgsqlDbType.Double);
        await WriteAsync(measures.Significance?.PairedQ, NpgsqlDbType.Double);
        await WriteAsync(measures.Inclusion, NpgsqlDbType.Double);
        await rows.WriteAsync(measures.Shift.Taxicab, NpgsqlDbType.Double, cancellation);
        await WriteAsync(measures.Shift.Shift, NpgsqlDbType.Double);
        await WriteAsync(measures.SelfConfidence, NpgsqlDbType.Double);
        await WriteAsync(measures.Replicated, NpgsqlDbType.Boolean);

        Task WriteVotesAsync(int[] ofCohort)
        {
            PackedVotes.Pack(ofCohort, votes);
            return rows.WriteAsync(votes, NpgsqlDbType.Bytea, cancellation);
        }

        Task WriteAsync<T>(T? value, NpgsqlDbType type) where T : struct =>
            value is { } known ? rows.WriteAsync(known, type, cancellation) : rows.WriteNullAsync(cancellation);
    }

    /// <summary>Makes the rows visible to the transaction. Without it, none of them is stored.</summary>
    public ValueTask<ulong> CompleteAsync(CancellationToken cancellation) => rows.CompleteAsync(cancellation);

    public ValueTask DisposeAsync() => rows.DisposeAsync();
}
