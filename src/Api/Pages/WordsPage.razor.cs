using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Http;

namespace PieService.Api.Pages;

public partial class WordsPage : HtmlPage<IReadOnlyList<Word>>
{
    public static RazorComponentResult<WordsPage> Show(Query<NoQuery> _) => Render<WordsPage>(Words.All);
}
