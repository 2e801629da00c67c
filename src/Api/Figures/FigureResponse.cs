namespace PieService.Api.Figures;

/// <param name="Name">The name in the address.</param>
/// <param name="Title">The title of the figure.</param>
/// <param name="Available">Whether the sweep has this figure now.</param>
/// <param name="Reason">Why it has not, and what to do; null if it has.</param>
/// <param name="Parameters">The query parameters that decide the content of the figure.</param>
public sealed record FigureListItem(
    string Name, string Title, bool Available, string? Reason, IReadOnlyList<string> Parameters);

public sealed record FigureListResponse(IReadOnlyList<FigureListItem> Items);

/// <param name="Name">The name of the figure, as in its address.</param>
/// <param name="Title">The title of the figure.</param>
/// <param name="Caption">What the marks mean, the numbers behind them, and where the data come from.</param>
/// <param name="Provisional">What is missing or may still change; null if the figure is final.</param>
/// <param name="Source">The data from which the figure is drawn.</param>
/// <param name="Data">The rows that the figure shows; their members depend on the figure.</param>
public sealed record FigureResponse(
    string Name, string Title, string Caption, string? Provisional, FigureSource Source, IReadOnlyList<object> Data)
{
    public static FigureResponse Of(string name, Figure figure) => new(
        name, figure.Title, figure.Caption, figure.Source.Provisional, figure.Source, figure.Data);
}
