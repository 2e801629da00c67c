using PieService.Api.Tables;

namespace PieService.Api.SweepAnalysis;

public static class SweepAnalysisEndpoints
{
    public static void MapSweepAnalysis(this IEndpointRouteBuilder routes)
    {
        var sweep = routes.MapGroup("/sweeps/{id:guid}");
        sweep.MapTable("/analysis", new SweepAnalysisTable()).WithName("listSweepAnalysis").WithTags("Comparisons");
        sweep.MapTable("/classes", new SweepClassTable()).WithName("listSweepClasses").WithTags("Comparisons");
        sweep.MapTable("/overlaps", new OverlapTable()).WithName("listOverlaps").WithTags("Comparisons");
        sweep.MapTable("/intersections", new IntersectionTable()).WithName("listIntersections")
            .WithTags("Comparisons");
        sweep.MapTable("/pies", new SweepPieTable()).WithName("listSweepPies").WithTags("PIEs");
        sweep.MapTable("/fragile-examples", new FragileExampleTable()).WithName("listFragileExamples")
            .WithTags("PIEs");
    }
}
