using PieService.Api.Figures.Drawing;

namespace PieService.Api.Tests.Figures;

/// <summary>
/// The memory of the drawing library is not that of the garbage collector, so that of the process is measured, while no
/// other test uses it.
/// </summary>
[Collection(nameof(FigureMemoryTests))]
[CollectionDefinition(nameof(FigureMemoryTests), DisableParallelization = true)]
public sealed class FigureMemoryTests
{
    private const int Figures = 500;
    private const long MostGrowth = 50 << 20;

    [Fact]
    public void The_memory_of_the_process_does_not_grow_over_500_figures()
    {
        var pictures = KnownFigures.All.Values.Select(figure => figure.PictureOf(KnownFigures.Look(figure))).ToList();
        for (var i = 0; i < 3 * pictures.Count; i++) Draw(i);
        var before = Resident();

        for (var i = 0; i < Figures; i++) Draw(i);

        Assert.True(Resident() - before < MostGrowth, $"{(Resident() - before) >> 20} MiB more");

        void Draw(int i)
        {
            var picture = pictures[i % pictures.Count];
            _ = (i % 3) switch
            {
                0 => SvgSheet.Write(picture, embedsFonts: true).Length,
                1 => SkiaSheet.Pdf(picture).Length,
                _ => SkiaSheet.Png(picture, 150).Length,
            };
        }
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Environment.WorkingSet;
    }
}
