using System.Security.Cryptography;
using PieService.Api.Uploads;

namespace PieService.Api.Pages;

/// <summary>
/// The entries of a form that a browser sends. A page of another site cannot send them (SameOriginGuard), so they have
/// no token.
/// </summary>
public static class PageForm
{
    /// <summary>
    /// The field that identifies the form that a page shows, so that what it creates is created once if it is sent
    /// again.
    /// </summary>
    public const string KeyField = UploadFields.KeyField;

    private const int MostValues = 2000, MostCharacters = 200_000;

    /// <exception cref="BadHttpRequestException">The body is not a form, or has too many fields.</exception>
    public static async Task<FormEntries> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            is not true)
        {
            throw new BadHttpRequestException(
                "The body must be a form of a page; programs use the API.",
                StatusCodes.Status415UnsupportedMediaType);
        }
        try
        {
            var form = await request.ReadFormAsync(
                new() { ValueCountLimit = MostValues, ValueLengthLimit = MostCharacters }, cancellation);
            return new(form.ToDictionary(field => field.Key, field => Values(field.Value)), []);
        }
        catch (InvalidDataException malformed)
        {
            throw new BadHttpRequestException($"The form is not valid: {malformed.Message}", malformed);
        }
    }

    /// <summary>A new identity of a form.</summary>
    public static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    // PostgreSQL cannot store the NUL character in text.
    private static IReadOnlyList<string> Values(IEnumerable<string?> values) =>
        [.. values.Select(value => (value ?? "").Replace("\0", "", StringComparison.Ordinal))];
}
