using System.Data;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Storage;

/// <summary>
/// A column that has the packed values of a run for all examples. The column is stored uncompressed outside of its row
/// (Initial.sql), so that the database reads only the part that a query asks for.
/// </summary>
/// <param name="Where">The condition that leaves one row for each run, with the parameter $2.</param>
internal sealed record PackedColumn(string Table, string Name, string Where, object Key)
{
    public static PackedColumn Classes(Split split) =>
        new("run_predictions", "classes", "split = $2", Wire.Name(split));

    public static PackedColumn Scores(Split split) =>
        new("run_predictions", "scores", "split = $2", Wire.Name(split));

    public static PackedColumn ObservedScores(int epoch) => new("run_observations", "scores", "epoch = $2", epoch);

    /// <summary>Reads the values of all examples of these runs, a block of examples at a time.</summary>
    /// <param name="examples">The number of the examples.</param>
    /// <param name="width">The bytes of one example.</param>
    /// <param name="budget">The most bytes that all runs of a block may have together.</param>
    /// <returns>The values of each run in the order of the runs, in arrays that the next block overwrites.</returns>
    /// <exception cref="InvalidOperationException">A run does not have values for exactly these examples.</exception>
    public async IAsyncEnumerable<(ExampleBlock Block, IReadOnlyList<byte[]> Runs)> ReadAsync(
        PieDbContext db, Guid[] runs, int examples, int width, long budget,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        byte[][] values = [];
        foreach (var block in ExampleBlock.Of(examples, (long)width * runs.Length, budget))
        {
            var length = block.Count * width;
            if (values is not [{ Length: var last }, ..] || last != length)
                values = Array.ConvertAll(runs, _ => new byte[length]);
            await FillAsync(db, runs, examples, width, block, values, cancellation);
            // No reader is open here, so the connection can be used before the next block.
            yield return (block, values);
        }
    }

    private async Task FillAsync(
        PieDbContext db, Guid[] runs, int examples, int width, ExampleBlock block, byte[][] values,
        CancellationToken cancellation)
    {
        var (places, found) = (runs.Index().ToDictionary(run => run.Item, run => run.Index), 0);
        await using var command = new NpgsqlCommand(
            $"SELECT run_id, octet_length({Name}), substring({Name} FROM $3 FOR $4) FROM {Table} "
                + $"WHERE run_id = ANY($1) AND {Where}",
            (NpgsqlConnection)db.Database.GetDbConnection())
        {
            CommandTimeout = db.Database.GetCommandTimeout() ?? 0,
            Parameters =
            {
                new() { Value = runs }, new() { Value = Key }, new() { Value = (block.Start * width) + 1 },
                new() { Value = block.Count * width },
            },
        };
        // In this mode a value is read from the connection into its array, without a copy of the whole row.
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (run, total) = (reader.GetGuid(0), reader.GetInt32(1));
            if (total != (long)examples * width)
                throw new InvalidOperationException(
                    $"Run {run} has {total} bytes of {Name} for {examples} examples of {width} bytes each.");
            await using var slice = await reader.GetStreamAsync(2, cancellation);
            await slice.ReadExactlyAsync(values[places[run]], cancellation);
            found++;
        }
        if (found != runs.Length)
            throw new InvalidOperationException($"Only {found} of {runs.Length} runs have {Name} in {Table}.");
    }
}
