using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Api.Figures;

/// <summary>
/// The content and the look of a figure. A figure or a format refuses parameters that it does not use.
/// </summary>
public sealed record FigureQuery : IRules
{
    /// <summary>The model's name in the sweep. The default is the first model that has the figure.</summary>
    public string? Model { get; init; }

    /// <summary>The methods, separated by commas. The default depends on the figure.</summary>
    public string? Methods { get; init; }

    /// <summary>
    /// The dense cohort: dense, dense4E, or external for imported predictions. The default is that of the first
    /// comparison.
    /// </summary>
    public Method? Baseline { get; init; }

    /// <summary>The split. The default is test, or train for the influence.</summary>
    public Split? Split { get; init; }

    /// <summary>The target sparsity in percent, for figures of one sparsity.</summary>
    public decimal? Sparsity { get; init; }

    /// <summary>The observed epoch (0-based) of the EL2N. The default is the first one.</summary>
    public int? Epoch { get; init; }

    /// <summary>
    /// The classes, separated by commas; the default is the 20 most frequent ones. In the figure of an example of
    /// multi-label data, one label; the default is that about which most cohorts differ.
    /// </summary>
    public string? Labels { get; init; }

    /// <summary>The horizontal axis of a figure over the sparsity.</summary>
    public SparsityScale X { get; init; }

    /// <summary>84, 140 or 174 mm. The default depends on the figure.</summary>
    public FigureWidth? Width { get; init; }

    /// <summary>The resolution of a PNG: 150, 300 or 600 dots per inch; a PNG has at most 40 million pixels.</summary>
    public int Dpi { get; init; } = 300;

    /// <summary>Whether an SVG contains its fonts.</summary>
    public EmbeddedFonts Fonts { get; init; }

    /// <summary>The colours of an SVG or PNG.</summary>
    public FigureTheme Theme { get; init; }

    private static IEnumerable<string> Pruning =>
        Enum.GetValues<Method>().Where(method => !method.IsDense()).Select(Wire.Name);

    /// <summary>The methods that are asked for; null for the default.</summary>
    internal IReadOnlyList<Method>? ChosenMethods => Methods?.Split(',')
        .Select(name => Wire.TryParse<Method>(name, out var method) ? method : Method.Dense).Distinct().ToList();

    internal FigureLook Look(FigureWidth width) => new(
        Width ?? width, Theme == FigureTheme.Dark ? Drawing.Theme.Dark : Drawing.Theme.Light);

    public IEnumerable<FieldError> Broken()
    {
        if (ChosenMethods?.Any(method => method.IsDense()) == true)
            yield return new("methods", $"must be pruning methods separated by commas: {string.Join(", ", Pruning)}");
        if (Dpi is not (150 or 300 or 600)) yield return new("dpi", "must be 150, 300 or 600");
        if (Epoch < 0) yield return new("epoch", "must be >= 0");
    }
}
