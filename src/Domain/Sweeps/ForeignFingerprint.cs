using System.Security.Cryptography;
using System.Text;

namespace PieService.Domain.Sweeps;

/// <summary>
/// The identity of a foreign cohort, in the place of the fingerprint of a recipe: its name in its sweep. Nothing is
/// known from which it could be found in another sweep.
/// </summary>
public static class ForeignFingerprint
{
    public static string Of(Guid sweep, string cohort) =>
        "f1:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{sweep}\n{cohort}")));
}
