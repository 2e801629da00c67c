namespace PieService.Domain;

/// <summary>One error of a request: the path of the field, and how to fix it.</summary>
public sealed record FieldError(string Field, string Message)
{
    /// <summary>Whether a text is a valid name of a dataset, sweep or model.</summary>
    public static bool IsName(string text) =>
        text.Length is >= 1 and <= 200 && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);

    /// <summary>The rule of <see cref="IsFileName"/>, for messages.</summary>
    public const string FileNameRule = "1 to 200 letters, digits, '.', '_' and '-', the first not '.'";

    /// <summary>A bare file name that cannot lead out of its folder.</summary>
    public static bool IsFileName(string text) =>
        text.Length is >= 1 and <= 200 && text[0] != '.'
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
