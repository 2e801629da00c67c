namespace PieService.Api.Pages;

/// <summary>Asks before something is lost.</summary>
public partial class ConfirmPage : HtmlPage<ConfirmPage.Content>
{
    /// <param name="Crumbs">The pages above; the last one is the way back.</param>
    /// <param name="Sentence">What happens.</param>
    /// <param name="Action">The address to which the form is sent.</param>
    public sealed record Content(
        string Title, string Section, IReadOnlyList<(string Name, string Address)> Crumbs, string Sentence,
        string Button, string Action);

    public static IResult Of(Content content) => Render<ConfirmPage>(content);
}
