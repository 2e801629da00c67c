using System.Globalization;

namespace PieService.Api.Http;

public static class RetryAfter
{
    /// <summary>Sets the Retry-After header.</summary>
    public static void SetRetryAfter(this HttpResponse response, int seconds) =>
        response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
}
