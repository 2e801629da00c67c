using System.Globalization;
using System.Reflection;

namespace PieService.Api.Tables;

/// <summary>Where the rows of a table come from.</summary>
/// <param name="Resources">The one that the table belongs to first, then those behind it; kinds as in "run", which lives at /runs/{id}.</param>
public sealed record Origin(params IReadOnlyList<(string Kind, Guid Id)> Resources)
{
    private static readonly string Service =
        $"PieService.Api {typeof(Origin).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion}";

    /// <summary>Fingerprint of the recipe, where the table has one; two of a comparison.</summary>
    public string? Recipe { get; init; }

    /// <summary>Of the workers that trained.</summary>
    public IEnumerable<string> TrainedBy { get; init; } = [];

    /// <summary>For a file that is taken away from this service.</summary>
    public Dictionary<string, string> Metadata(HttpRequest request, DateTimeOffset now)
    {
        var metadata = Resources.ToDictionary(resource => $"pie.{resource.Kind}", resource => resource.Id.ToString());
        if (Recipe is not null) metadata["pie.recipe"] = Recipe;
        metadata["pie.versions"] = string.Join("; ", TrainedBy.Distinct().Order(StringComparer.Ordinal).Prepend(Service));
        metadata["pie.createdAt"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        metadata["pie.source"] = request.Path + request.QueryString;
        return metadata;
    }
}
