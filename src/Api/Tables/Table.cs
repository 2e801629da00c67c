using PieService.Api.Lists;
using PieService.Api.Tables.Latex;
using PieService.Domain.Storage;

namespace PieService.Api.Tables;

/// <summary>
/// A table about a resource. Its pages, files and links are all produced from the members of this class; its summary
/// and remarks are the texts of the operation in the OpenAPI document.
/// </summary>
/// <typeparam name="TFilter">The query parameters.</typeparam>
/// <typeparam name="TScope">The resource that the rows belong to, with the other data that they need.</typeparam>
/// <typeparam name="TItem">A row as it is serialized to JSON.</typeparam>
/// <param name="kind">The kind of the resource that the table belongs to, such as "run".</param>
/// <param name="name">The name of the table in file names.</param>
public abstract class Table<TFilter, TScope, TItem>(string kind, string name)
    where TFilter : TableQuery, new()
    where TScope : class
{
    public string Kind => kind;

    /// <summary>Returns the resource; null if it does not exist.</summary>
    public abstract Task<TScope?> FindAsync(PieDbContext db, Guid id, TFilter filter, CancellationToken cancellation);

    /// <exception cref="Http.InvalidRequestException">
    /// The filter refers to something that the resource does not have.
    /// </exception>
    public abstract Rows<TItem> Rows(PieDbContext db, TScope scope, TFilter filter);

    public abstract Columns<TItem> Columns(TScope scope);

    public abstract Provenance Provenance(TScope scope);

    /// <summary>How the table looks in a paper; null if it has no LaTeX.</summary>
    public virtual LatexLayout<TItem>? Latex => null;

    /// <summary>The same for these rows.</summary>
    public virtual LatexLayout<TItem>? LatexOf(TScope scope, TFilter filter) => Latex;

    /// <summary>
    /// The versions of the workers that trained the runs behind the rows, for the metadata of a file.
    /// </summary>
    public virtual Task<IReadOnlyList<string>> TrainedByAsync(
        PieDbContext db, TScope scope, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>
    /// The query parameter, with its value, of the next file if this one contains a part of the table; null if it is
    /// the last one.
    /// </summary>
    public virtual (string Name, string Value)? NextFile(TScope scope) => null;

    /// <summary>The name of the file, without its extension.</summary>
    public virtual string FileName(Guid id, TFilter filter) => $"{name}-{id}";
}
