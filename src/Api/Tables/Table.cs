using PieService.Api.Lists;
using PieService.Domain.Storage;

namespace PieService.Api.Tables;

/// <summary>
/// A question about a resource whose answer is a table. The pages, the files and the links of the table are all made of what is
/// here; its summary and remarks are the texts of the operation in the OpenAPI document.
/// </summary>
/// <typeparam name="TFilter">The query parameters.</typeparam>
/// <typeparam name="TScope">What the rows belong to, with all that they need beside themselves.</typeparam>
/// <typeparam name="TItem">A row, as JSON shows it.</typeparam>
/// <param name="kind">Of the resource that the table belongs to, as in "run".</param>
/// <param name="name">Of the table's files.</param>
public abstract class Table<TFilter, TScope, TItem>(string kind, string name)
    where TFilter : TableQuery, new()
    where TScope : class
{
    public string Kind => kind;

    /// <summary>Null: the resource does not exist.</summary>
    public abstract Task<TScope?> FindAsync(PieDbContext db, Guid id, TFilter filter, CancellationToken cancellation);

    /// <exception cref="Http.InvalidRequestException">The filter names something that the resource does not have.</exception>
    public abstract Rows<TItem> Rows(PieDbContext db, TScope scope, TFilter filter);

    public abstract Columns<TItem> Columns(TScope scope);

    public abstract Origin Origin(TScope scope);

    /// <summary>Versions of the workers that trained what the rows come from; a file's metadata names them.</summary>
    public virtual Task<IReadOnlyList<string>> TrainedByAsync(PieDbContext db, TScope scope, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>Without its extension.</summary>
    public virtual string FileName(Guid id, TFilter filter) => $"{name}-{id}";
}
