using PieService.Api.Http;

namespace PieService.Api.Uploads;

/// <summary>The preference of a client that does not wait until its upload is imported (RFC 7240).</summary>
public static class RespondAsync
{
    private const string Preference = "respond-async";

    public static readonly RequestHeader Documented = new(
        "Prefer",
        "respond-async: respond without waiting for the import, with a resource that reports its progress (RFC 7240).");

    /// <summary>
    /// Parses a list of preferences, each with optional parameters (RFC 7240); unknown ones are ignored.
    /// </summary>
    public static bool IsPreferred(HttpRequest request) => request.Headers["Prefer"]
        .SelectMany(value => (value ?? "").Split(','))
        .Any(preference => preference.Split(';')[0].Trim().Equals(Preference, StringComparison.OrdinalIgnoreCase));

    public static void SetApplied(HttpResponse response) => response.Headers["Preference-Applied"] = Preference;
}
