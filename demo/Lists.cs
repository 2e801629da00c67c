namespace PieService.Demo;

public static class Lists
{
    public const int PageSize = 1000;

    /// <summary>All items of a list, page by page.</summary>
    /// <param name="page">Requests the page of a token; null for the first page.</param>
    public static async IAsyncEnumerable<TItem> AllAsync<TPage, TItem>(
        Func<string?, Task<TPage>> page, Func<TPage, IEnumerable<TItem>> items, Func<TPage, string?> next)
    {
        string? token = null;
        do
        {
            var answer = await page(token);
            foreach (var item in items(answer)) yield return item;
            token = next(answer);
        }
        while (token is not null);
    }
}
