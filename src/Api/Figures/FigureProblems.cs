using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Http;
using PieService.Domain;

namespace PieService.Api.Figures;

/// <summary>The errors that the operations of all figures have in common.</summary>
internal static class FigureProblems
{
    public static ProblemHttpResult UnknownFormat(string format) =>
        Missing($"A figure is available as {string.Join(", ", Wire.All<FigureFormat>())}, not as {format}.");

    public static ProblemHttpResult Missing(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound);

    /// <exception cref="InvalidRequestException">A parameter is not used by this figure in this format.</exception>
    public static void ThrowIfNotUsed(
        HttpRequest request, IReadOnlyList<string> ofFigure, IReadOnlyList<string> ofFormat) =>
        InvalidRequestException.ThrowIfAny(
        [
            .. from parameter in request.Query.Keys.Except([.. ofFigure, .. ofFormat])
               select new FieldError(
                   parameter,
                   "does not apply to this figure in this format, which has: "
                   + string.Join(", ", ofFigure.Concat(ofFormat))),
        ]);
}
