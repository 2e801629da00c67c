using System.Globalization;
using System.Reflection;

namespace PieService.Api.Tables;

/// <summary>The provenance of the rows of a table.</summary>
/// <param name="Resources">
/// The resource that the table belongs to, followed by the resources from which that one was made. A kind such as "run"
/// has its resources at /runs/{id}.
/// </param>
public sealed record Provenance(params IReadOnlyList<(string Kind, Guid Id)> Resources)
{
    private static readonly string Service = "PieService.Api "
        + typeof(Provenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>
    /// The fingerprint of the recipe, or both fingerprints of a comparison; null if the table has no recipe.
    /// </summary>
    public string? Recipe { get; init; }

    /// <summary>The versions of the workers that trained the runs.</summary>
    public IEnumerable<string> TrainedBy { get; init; } = [];

    /// <summary>The metadata of a file, which records its provenance outside this service.</summary>
    public Dictionary<string, string> Metadata(HttpRequest request, DateTimeOffset now)
    {
        var metadata = Resources.ToDictionary(resource => $"pie.{resource.Kind}", resource => resource.Id.ToString());
        if (Recipe is not null) metadata["pie.recipe"] = Recipe;
        metadata["pie.versions"] = string.Join(
            "; ", TrainedBy.Distinct().Order(StringComparer.Ordinal).Prepend(Service));
        metadata["pie.createdAt"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        metadata["pie.source"] = request.Path + request.QueryString;
        return metadata;
    }
}
