namespace PieService.Domain.Analysis;

/// <summary>
/// The map of a comparison on the training split: its examples by how confident the dense runs are of their gold
/// labels, and how much that varies (<see cref="Cartography"/>), in hexagons. It is made with the labels, since a map
/// of a million examples takes longer than a reader waits.
/// </summary>
public sealed class TrainingMap
{
    /// <summary>The number of hexagons over the width.</summary>
    public const int Across = 40;

    /// <summary>The height of the confidences from 0 to 1 where the hexagons are regular; the width is 1.</summary>
    public const double Height = 0.8;

    /// <summary>No standard deviation of probabilities is greater; the width of the map.</summary>
    public const double MostVariability = 0.5;

    public Guid ComparisonId { get; init; }

    /// <summary>The number of dense runs whose observations it follows from.</summary>
    public required int Runs { get; init; }

    /// <summary>The observed epochs, 0-based.</summary>
    public required int[] Epochs { get; init; }

    /// <summary>The hexagons that have examples.</summary>
    public required IReadOnlyList<MapCell> Cells { get; init; }

    /// <param name="isPie">Whether each of the N examples is a PIE.</param>
    /// <returns>The hexagons that have examples, by row and column; at most some 1,700.</returns>
    public static IReadOnlyList<MapCell> CellsOf(Cartography map, IReadOnlyList<bool> isPie)
    {
        var grid = new HexagonGrid(Across);
        for (var i = 0; i < isPie.Count; i++)
            grid.Add(map.Variability(i) / MostVariability, map.Confidence(i) * Height, isPie[i]);
        return
        [
            .. grid.Cells.Select(cell =>
                new MapCell(cell.X * MostVariability, cell.Y / Height, cell.Points, cell.Marked)),
        ];
    }
}

/// <summary>Training examples of similar confidence and variability: a hexagon of the map.</summary>
/// <param name="Variability">The centre: the standard deviation of the probability of the gold label.</param>
/// <param name="Confidence">The centre: the mean of that probability.</param>
/// <param name="Pies">The number of PIEs among the examples.</param>
public sealed record MapCell(double Variability, double Confidence, int Examples, int Pies);
