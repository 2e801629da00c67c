using PieService.Api.Figures.Drawing;
using PieService.Api.Tables;
using PieService.Domain;

namespace PieService.Api.Figures;

/// <summary>
/// The content of a figure: its drawing, its caption, its JSON and its CSV are functions of this record alone.
/// </summary>
public abstract record Figure(FigureSource Source)
{
    public abstract string Title { get; }

    /// <summary>What the marks mean, the numbers behind them, and how to read them with care.</summary>
    public abstract string Explanation { get; }

    /// <summary>The width in which the figure is drawn if none is asked for.</summary>
    public abstract FigureWidth UsualWidth { get; }

    /// <summary>The rows of the JSON response.</summary>
    public abstract IReadOnlyList<object> Data { get; }

    public string Caption => DirectionMarks.RemovedFrom($"{Title}. {Explanation} {Source.Caption}");

    /// <summary>The caption on a page about the sweep, which has the title too.</summary>
    public string ShortCaption => DirectionMarks.RemovedFrom($"{Explanation} {Source.ShortCaption}");

    public abstract SheetSize SizeOf(FigureLook look);

    public abstract void Draw(ISheet sheet, FigureLook look);

    public abstract Task WriteCsvAsync(Stream file, CancellationToken cancellation);

    /// <summary>The figure in its usual width, for a page that has the fonts.</summary>
    public string Svg() =>
        SvgSheet.Write(PictureOf(new FigureLook(UsualWidth, Theme.Light)), embedsFonts: false);

    public Picture PictureOf(FigureLook look)
    {
        var size = SizeOf(look);
        return new(Title, Caption, Source.Keywords, size, sheet =>
        {
            sheet.Rectangle(new(0, 0, size.Width, size.Height), look.Theme.Background);
            Draw(sheet, look);
        });
    }
}

/// <typeparam name="TRow">A row of the data, as it is serialized to JSON.</typeparam>
public abstract record Figure<TRow>(FigureSource Source, IReadOnlyList<TRow> Rows) : Figure(Source)
    where TRow : class
{
    public override IReadOnlyList<object> Data => Rows;

    protected abstract Columns<TRow> Columns { get; }

    public override Task WriteCsvAsync(Stream file, CancellationToken cancellation) =>
        CsvTable.WriteAsync(Rows.ToAsyncEnumerable(), Columns, file, cancellation);
}
