using PieService.Worker.Files;

namespace PieService.Worker.Text;

/// <summary>A token that is found in a text as a whole, before the text is split into words.</summary>
/// <param name="Content">The text of the token.</param>
/// <param name="Normalized">Whether it is found in the cleaned text, in the lower case of the model; otherwise in the
/// text as it is.</param>
/// <param name="SingleWord">Whether it is not found within a word.</param>
/// <remarks>
/// Source: AddedToken and AddedVocabulary of Hugging Face's tokenizers. Their <c>lstrip</c> and <c>rstrip</c> take the
/// white space beside a token, which is never a token here.
/// </remarks>
internal sealed record AddedToken(string Content, bool Normalized, bool SingleWord)
{
    /// <param name="section">A token of a JSON file: its content, and optionally its flags.</param>
    /// <param name="isSpecial">Whether it is special if the file does not state that.</param>
    /// <exception cref="UnusableModelException">It has no content, or a flag is not one.</exception>
    public static AddedToken Of(ModelSettings section, bool isSpecial)
    {
        var content = section.Text("content", "");
        if (content.Length == 0) throw section.Refusal("content", "is missing or empty; a token needs a text");
        return new(
            content, section.Flag("normalized") ?? !(section.Flag("special") ?? isSpecial),
            section.Flag("single_word") ?? false);
    }
}
