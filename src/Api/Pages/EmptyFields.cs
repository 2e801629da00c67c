using Microsoft.AspNetCore.Http.Extensions;
using PieService.Api.Access;

namespace PieService.Api.Pages;

/// <summary>
/// A browser sends the empty fields of a form too, as in label=&amp;maxQ=. Redirects to the address without them, which
/// is the one to share.
/// </summary>
public static class EmptyFields
{
    public static void UseEmptyFields(this WebApplication app) => app.Use((context, next) =>
    {
        var (request, given) = (context.Request, Given(context.Request.Query));
        if (!Browsing.IsForPage(request) || given.Count == request.Query.Count) return next(context);
        context.Response.Redirect(
            UriHelper.BuildRelative(request.PathBase, request.Path, new QueryBuilder(given).ToQueryString()));
        return Task.CompletedTask;
    });

    private static List<KeyValuePair<string, string>> Given(IQueryCollection query) =>
    [
        .. from field in query
           where field.Value.ToString().Length > 0
           select KeyValuePair.Create(field.Key, field.Value.ToString()),
    ];
}
