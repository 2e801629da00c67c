namespace PieService.Domain.Foreign.Assembly;

/// <summary>Values that occur often, each kept once with an index.</summary>
internal sealed class ValueTable<T> where T : notnull
{
    private readonly Dictionary<T, int> indices = [];
    private readonly List<T> values = [];

    public int Count => values.Count;

    public T this[int index] => values[index];

    /// <summary>The index of a value, which is added if it is new.</summary>
    public int IndexOf(T value)
    {
        if (indices.TryGetValue(value, out var index)) return index;
        indices.Add(value, values.Count);
        values.Add(value);
        return values.Count - 1;
    }
}
