using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Domain;
using PieService.Domain.Foreign;

namespace PieService.Api.PredictionImports;

/// <summary>The problems of imports of predictions, each with all of its errors.</summary>
public static class PredictionProblems
{
    /// <summary>The response 409: a seed is once in a cohort.</summary>
    public static ProblemHttpResult RunTwice(IReadOnlyList<FieldError> errors) => Conflict(
        "A run is stated twice.",
        "See errors: each entry names a field with a seed that its cohort has already.", errors);

    /// <summary>The problem 409 of an import that waited: the rows that it refers to have changed.</summary>
    public static ProblemHttpResult Changed(IReadOnlyList<FieldError> errors) => Conflict(
        "The dataset or the sweep has changed.",
        "The dataset or the sweep of the definition has changed since the files were received, and nothing was stored. "
        + "See errors.",
        errors);

    /// <summary>
    /// The problem 422: the content of files cannot be imported. Besides all errors it has the place of the first one,
    /// as the problem of a dataset has its only one.
    /// </summary>
    public static ProblemHttpResult Unreadable(IReadOnlyList<ForeignError> errors) => TypedResults.Problem(
        Detail(errors),
        statusCode: StatusCodes.Status422UnprocessableEntity,
        title: "The content of a file cannot be read.",
        extensions: new Dictionary<string, object?>
        {
            ["file"] = errors[0].File,
            ["line"] = errors[0].Place.Line,
            ["column"] = errors[0].Place.Column,
            ["errors"] = errors.Select(error => new UnreadablePlace(
                error.File, error.Place.Line, error.Place.Column, error.Place.Seed, error.Place.Example,
                error.Place.Label, error.Message)).ToList(),
        });

    /// <summary>The first error with its place, and whether there are more.</summary>
    private static string Detail(IReadOnlyList<ForeignError> errors)
    {
        var (file, place, message) = errors[0];
        var line = place.Line is { } number ? $", line {number}" : "";
        var end = message[^1] is '.' or '?' ? "" : ".";
        return $"{file}{line}: {message}{end}" + (errors.Count switch
        {
            1 => "",
            < ImportLimits.Errors => $" See errors for all {errors.Count} of them.",
            _ => $" See errors for the first {ImportLimits.Errors}.",
        });
    }

    private static ProblemHttpResult Conflict(string title, string detail, IReadOnlyList<FieldError> errors) =>
        TypedResults.Problem(
            detail, statusCode: StatusCodes.Status409Conflict, title: title,
            extensions: new Dictionary<string, object?>
            {
                ["errors"] = errors.GroupBy(error => error.Field)
                    .ToDictionary(field => field.Key, field => field.Select(error => error.Message).ToArray()),
            });
}

/// <summary>An error in a file.</summary>
/// <param name="File">The part that has the file; definition for a fault of the files together.</param>
/// <param name="Line">The 1-based line, row or element; null for an array and for a file as a whole.</param>
/// <param name="Column">The column, property or field of the definition; null if there is none.</param>
/// <param name="Seed">The seed of the run in an array; null, like the next two, for other files.</param>
/// <param name="Example">The 0-based example in an array.</param>
/// <param name="Label">The 0-based label in an array.</param>
public sealed record UnreadablePlace(
    string File, long? Line, string? Column, int? Seed, int? Example, int? Label, string Message);
