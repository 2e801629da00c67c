using PieService.Api.Figures;
using PieService.Api.Http;
using PieService.Domain.Storage;

namespace PieService.Api.Reports;

/// <summary>The figures of a sweep that its report shows: each available one of its first models.</summary>
/// <param name="Read">The figures with their names.</param>
/// <param name="LeftOut">Why figures of these models are missing, although the sweep has such figures.</param>
internal sealed record ReportFigures(IReadOnlyList<(string Name, Figure Figure)> Read, IReadOnlyList<string> LeftOut)
{
    private const int MostModels = 5;

    /// <param name="db">Reads from one snapshot of the database.</param>
    public static async Task<ReportFigures> ReadAsync(
        PieDbContext db, FigureScope scope, CancellationToken cancellation)
    {
        if (!scope.HasLabels) return new([], []);
        var (read, leftOut) = (new List<(string, Figure)>(), new List<string>());
        var models = scope.Comparisons.Where(comparison => comparison.Summary is not null)
            .Select(comparison => comparison.Model).Distinct().Take(MostModels).ToList();
        foreach (var kind in FigureEndpoints.All.Where(kind => kind.WhyNot(scope) is null))
        {
            foreach (var model in models)
            {
                try
                {
                    var query = new FigureQuery { Model = model };
                    read.Add((kind.Name, await kind.ReadAsync(db, scope, query, cancellation)));
                }
                catch (FigureMissingException missing)
                {
                    leftOut.Add($"{kind.Title}: {missing.Message}");
                }
                catch (InvalidRequestException)
                {
                    // Another model of the sweep is the one that has the data of this figure.
                }
            }
        }
        return new(read, leftOut);
    }

    /// <summary>Draws them as SVG without fonts.</summary>
    public async Task<IReadOnlyList<ReportFigure>> DrawAsync(FigureSlots slots, CancellationToken cancellation)
    {
        var drawn = new List<ReportFigure>();
        foreach (var (name, figure) in Read)
        {
            var svg = await slots.DrawAsync(() => Task.Run(() => figure.Svg(), cancellation), cancellation);
            drawn.Add(new(name, figure.Title, figure.Caption, svg));
        }
        return drawn;
    }
}

/// <param name="Svg">Uses the font of the report.</param>
public sealed record ReportFigure(string Name, string Title, string Caption, string Svg);
