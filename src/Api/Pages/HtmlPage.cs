using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace PieService.Api.Pages;

/// <summary>A component that renders a whole page from its model.</summary>
public abstract class HtmlPage<TModel> : ComponentBase where TModel : class
{
    [Parameter, EditorRequired] public TModel Model { get; set; } = null!;

    /// <summary>
    /// The page is rendered completely before it is sent, so that a failure is answered with an error page.
    /// </summary>
    protected static RazorComponentResult<TPage> Render<TPage>(TModel model) where TPage : HtmlPage<TModel> =>
        new(new Dictionary<string, object?> { [nameof(Model)] = model });
}
