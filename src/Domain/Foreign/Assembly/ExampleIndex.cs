using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>The examples of an import, each with an index.</summary>
internal abstract class ExampleIndex
{
    private readonly List<ExampleKey> keys = [];

    public int Count => keys.Count;

    /// <summary>How a file names the example, for messages and as the id in the source.</summary>
    public ExampleKey KeyOf(int index) => keys[index];

    /// <summary>The index of the example of a record; null with the fault if there is none.</summary>
    public abstract (int? Index, string? Fault) Find(ForeignRecord record);

    /// <summary>The index of the example at each position of the dataset.</summary>
    public abstract int[] Order();

    protected int Add(ExampleKey key)
    {
        keys.Add(key);
        return keys.Count - 1;
    }
}
