using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PieService.Domain;

namespace PieService.Api.Lists;

/// <summary>
/// The order of a list, by one or more values that together are unique for each row. It sorts a query, returns the
/// place of a row, and continues a query after such a place.
/// </summary>
public sealed class Order<TRow>
{
    private readonly IReadOnlyList<Key> keys;

    private Order(IReadOnlyList<Key> keys) => this.keys = keys;

    /// <summary>Sorts ascending by a value that the database can compare.</summary>
    public static Order<TRow> By<TValue>(Expression<Func<TRow, TValue>> value) where TValue : notnull =>
        new([new Key<TValue>(value, false)]);

    public static Order<TRow> ByDescending<TValue>(Expression<Func<TRow, TValue>> value) where TValue : notnull =>
        new([new Key<TValue>(value, true)]);

    /// <summary>Sorts rows that are equal so far ascending by a further value.</summary>
    public Order<TRow> ThenBy<TValue>(Expression<Func<TRow, TValue>> value) where TValue : notnull =>
        new([.. keys, new Key<TValue>(value, false)]);

    /// <summary>Sorts rows that are equal so far descending by a further value.</summary>
    public Order<TRow> ThenByDescending<TValue>(Expression<Func<TRow, TValue>> value) where TValue : notnull =>
        new([.. keys, new Key<TValue>(value, true)]);

    /// <summary>The same rows, the last first.</summary>
    public Order<TRow> Reversed() => new([.. keys.Select(key => key.Reversed())]);

    /// <summary>The same order for rows that contain the rows of this order.</summary>
    /// <param name="row">Returns the row of this order.</param>
    public Order<TOuter> Within<TOuter>(Expression<Func<TOuter, TRow>> row) =>
        new([.. keys.Select(key => key.Within(row))]);

    public IQueryable<TRow> Sort(IQueryable<TRow> rows) =>
        keys.Skip(1).Aggregate(keys[0].Sort(rows), (sorted, key) => key.Sort(sorted));

    /// <summary>Returns the values by which the row is sorted.</summary>
    public object[] PlaceOf(TRow row) => [.. keys.Select(key => key.Of(row))];

    /// <summary>Reads a place that was written as JSON.</summary>
    /// <exception cref="JsonException">The values are not those of this order.</exception>
    public object[] ReadPlace(JsonElement place) =>
        place.Deserialize<JsonElement[]>(Json.Options) is { } values && values.Length == keys.Count
            ? [.. keys.Zip(values, (key, value) => key.Read(value))]
            : throw new JsonException($"A place in this list has {keys.Count} values.");

    /// <summary>
    /// Returns the rows after a place: those that are lexicographically greater, where a descending value counts as
    /// greater if it is less.
    /// </summary>
    public IQueryable<TRow> After(IQueryable<TRow> rows, object[] place)
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        var (behind, equal) = ((Expression)Expression.Constant(false), (Expression)Expression.Constant(true));
        foreach (var (key, value) in keys.Zip(place))
        {
            var (own, other) = (key.In(row), key.Parameter(value));
            var further = key.IsDescending ? Expression.LessThan(own, other) : Expression.GreaterThan(own, other);
            behind = Expression.OrElse(behind, Expression.AndAlso(equal, further));
            equal = Expression.AndAlso(equal, Expression.Equal(own, other));
        }
        return rows.Where(Expression.Lambda<Func<TRow, bool>>(Expression.AndAlso(NotBefore(row, place), behind), row));
    }

    /// <summary>
    /// That the first value is not before that of a place. It follows from the rest of the condition, which has
    /// alternatives; without it, PostgreSQL reads an index from its beginning.
    /// </summary>
    private Expression NotBefore(ParameterExpression row, object[] place)
    {
        var (own, other) = (keys[0].In(row), keys[0].Parameter(place[0]));
        return keys.Count == 1 ? Expression.Constant(true)
            : keys[0].IsDescending ? Expression.LessThanOrEqual(own, other)
            : Expression.GreaterThanOrEqual(own, other);
    }

    private abstract class Key(bool isDescending)
    {
        public bool IsDescending { get; } = isDescending;

        public abstract Key Reversed();

        public abstract Order<TOuter>.Key Within<TOuter>(Expression<Func<TOuter, TRow>> row);

        public abstract IOrderedQueryable<TRow> Sort(IQueryable<TRow> rows);

        public abstract IOrderedQueryable<TRow> Sort(IOrderedQueryable<TRow> rows);

        public abstract object Of(TRow row);

        public abstract object Read(JsonElement value);

        /// <summary>The value of the row that an expression represents.</summary>
        public abstract Expression In(ParameterExpression row);

        /// <summary>
        /// A value in a form that becomes a parameter of the SQL statement, so that its plan is reused.
        /// </summary>
        public abstract Expression Parameter(object value);
    }

    private sealed class Key<TValue>(
        Expression<Func<TRow, TValue>> value, Lazy<Func<TRow, TValue>> compiled, bool isDescending) : Key(isDescending)
        where TValue : notnull
    {
        public Key(Expression<Func<TRow, TValue>> value, bool isDescending)
            : this(value, new(() => value.Compile()), isDescending)
        {
        }

        public override Key Reversed() => new Key<TValue>(value, compiled, !IsDescending);

        public override Order<TOuter>.Key Within<TOuter>(Expression<Func<TOuter, TRow>> row) =>
            new Order<TOuter>.Key<TValue>(
                Expression.Lambda<Func<TOuter, TValue>>(
                    new Replacement(value.Parameters[0], row.Body).Visit(value.Body), row.Parameters),
                IsDescending);

        public override IOrderedQueryable<TRow> Sort(IQueryable<TRow> rows) =>
            IsDescending ? rows.OrderByDescending(value) : rows.OrderBy(value);

        public override IOrderedQueryable<TRow> Sort(IOrderedQueryable<TRow> rows) =>
            IsDescending ? rows.ThenByDescending(value) : rows.ThenBy(value);

        public override object Of(TRow row) => compiled.Value(row);

        public override object Read(JsonElement value) => value.Deserialize<TValue>(Json.Options) switch
        {
            null => throw new JsonException("A value of a place is null."),
            // Npgsql accepts only the offset 0 for timestamptz.
            DateTimeOffset time => time.ToUniversalTime(),
            { } read => read,
        };

        public override Expression In(ParameterExpression row) =>
            new Replacement(value.Parameters[0], row).Visit(value.Body);

        public override Expression Parameter(object value) =>
            Expression.Field(Expression.Constant(new StrongBox<TValue>((TValue)value)), nameof(StrongBox<>.Value));
    }

    private sealed class Replacement(ParameterExpression parameter, Expression with) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == parameter ? with : node;
    }
}
