using System.Globalization;
using Microsoft.AspNetCore.Components;
using PieService.Api.Comparisons;
using PieService.Domain.Pies;

namespace PieService.Api.Pages;

/// <summary>The filters of the table of PIEs, under the names that the API has for them.</summary>
public partial class PieForm : ComponentBase
{
    /// <summary>The other filters of the address are kept in hidden fields; a new filter begins with the first
    /// page.</summary>
    private static readonly string[] OwnFields =
        ["label", "class", "subgroup", "contains", "direction", "maxQ", "minMargin", "orderBy", "pageToken"];

    [Parameter, EditorRequired] public PieFilter Filter { get; set; } = null!;
    [Parameter, EditorRequired] public IReadOnlyList<string> Labels { get; set; } = [];

    /// <summary>The names of the subgroups of the dataset.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<string> Subgroups { get; set; } = [];
    [Parameter, EditorRequired] public bool IsMultiLabel { get; set; }

    /// <summary>The kind of both cohorts.</summary>
    [Parameter, EditorRequired] public CohortKind Kind { get; set; } = CohortKind.Trained;

    /// <summary>The page without filters.</summary>
    [Parameter, EditorRequired] public string Address { get; set; } = "";

    private IEnumerable<PieDirection> Directions => Enum.GetValues<PieDirection>().Where(
        direction => direction != (IsMultiLabel ? PieDirection.BothWrong : PieDirection.Mixed));

    private static string? Number(double? value) => value?.ToString(CultureInfo.InvariantCulture);

    private string NameOf(PieDirection direction) => direction switch
    {
        PieDirection.DenseRight => $"the {Kind.Baseline} majority",
        PieDirection.PrunedRight => $"the {Kind.Compressed} majority",
        PieDirection.BothWrong => "neither",
        PieDirection.Mixed => "each for some labels",
    };

    private static string NameOf(PieOrder order) => order switch
    {
        PieOrder.Margin => "largest margin",
        PieOrder.Position => "position",
        PieOrder.Q => "smallest q value",
        PieOrder.Inclusion => "most certain PIE",
        PieOrder.Shift => "largest shift",
        PieOrder.SelfConfidence => "most suspect label",
    };
}
