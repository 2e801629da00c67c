using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Domain.Files;

namespace PieService.Api.Uploads;

/// <summary>The response 422: the content of a file cannot be read; the problem states the position.</summary>
public static class UnreadableContent
{
    public static ProblemHttpResult Of(UnreadableFileException content) => TypedResults.Problem(
        $"{string.Join(", ", Place(content))}: {content.Message}",
        statusCode: StatusCodes.Status422UnprocessableEntity,
        title: "The content of a file cannot be read.",
        extensions: new Dictionary<string, object?>
        {
            ["file"] = content.File,
            ["line"] = content.Line,
            ["column"] = content.Column,
        });

    private static IEnumerable<string> Place(UnreadableFileException content)
    {
        yield return content.File;
        if (content.Line is { } line) yield return $"line {line}";
        if (content.Column is { } column) yield return $"column {column}";
    }
}
