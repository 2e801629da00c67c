using System.Globalization;
using System.Text.Json.Serialization;

namespace PieService.Domain.Diagnosis;

public enum FindingState
{
    [JsonStringEnumMemberName("ok")] Ok,

    /// <summary>Training is possible, but something should be changed.</summary>
    [JsonStringEnumMemberName("warning")] Warning,

    /// <summary>No sweep can run until this is changed.</summary>
    [JsonStringEnumMemberName("problem")] Problem,
}

/// <summary>One result of the diagnosis of the service or of a machine.</summary>
/// <param name="Subject">What was looked at, such as database or disk.</param>
/// <param name="State">Whether something must be done.</param>
/// <param name="Found">What was found.</param>
/// <param name="Advice">What to do; null if nothing has to be done.</param>
public sealed record Finding(string Subject, FindingState State, string Found, string? Advice = null)
{
    public static Finding Ok(string subject, string found) => new(subject, FindingState.Ok, found);

    public static Finding Warning(string subject, string found, string advice) =>
        new(subject, FindingState.Warning, found, advice);

    public static Finding Problem(string subject, string found, string advice) =>
        new(subject, FindingState.Problem, found, advice);

    /// <summary>The finding as ./pie doctor prints it: a line, and a second one for the advice.</summary>
    public override string ToString()
    {
        var line = string.Create(
            CultureInfo.InvariantCulture, $"{Wire.Name(State),-8} {Subject,-12} {Found.ReplaceLineEndings(" ")}");
        return Advice is null ? line : $"{line}\n{"",21} -> {Advice}";
    }
}
