using PieService.Domain;

namespace PieService.Api.Pages;

/// <summary>
/// The entries of a form with their errors. The name of a field is that of the API, such as models[0].name, so that an
/// error belongs to the field that it names.
/// </summary>
public sealed record FormEntries(
    IReadOnlyDictionary<string, IReadOnlyList<string>> Values, IReadOnlyList<FieldError> Errors)
{
    /// <summary>Whether the form had files, which a browser does not keep.</summary>
    public bool HadFiles { get; init; }

    /// <summary>The only value of a field; null if it is empty.</summary>
    public string? this[string name] =>
        Values.GetValueOrDefault(name) is [var value, ..] && value.Length > 0 ? value : null;

    /// <summary>Whether a field has a value, or has it among others.</summary>
    public bool Has(string name, string value) => Values.GetValueOrDefault(name)?.Contains(value) == true;

    /// <summary>The values of a field that has several, as one text.</summary>
    public string Joined(string name) => string.Join(' ', Values.GetValueOrDefault(name) ?? []);

    /// <summary>The errors of a field, and those of the items of its list.</summary>
    public IReadOnlyList<string> ErrorsOf(string name) =>
    [
        .. from error in Errors
           where error.Field == name || error.Field.StartsWith(name + "[", StringComparison.Ordinal)
               && !error.Field.Contains('.', StringComparison.Ordinal)
           select error.Field == name ? error.Message : $"{error.Field} {error.Message}",
    ];

    /// <summary>The id of the field in the document.</summary>
    public static string IdOf(string name) =>
        name.Replace('[', '-').Replace("]", "", StringComparison.Ordinal).Replace('.', '-');
}
