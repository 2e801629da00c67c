using PieService.Domain.Files;

namespace PieService.Domain.Foreign;

/// <summary>Collects the errors of all files of an import, up to <see cref="ImportLimits.Errors"/>.</summary>
internal sealed class ForeignErrors
{
    private readonly List<ForeignError> all = [];

    public IReadOnlyList<ForeignError> All => all;

    public bool IsEmpty => all.Count == 0;

    /// <summary>Whether there are so many that reading further would report no more.</summary>
    public bool IsFull => all.Count == ImportLimits.Errors;

    public void Add(string file, ForeignPlace place, string message)
    {
        if (!IsFull) all.Add(new ForeignError(file, place, message));
    }

    /// <summary>Reads a part of a file, and collects its error, so that reading goes on behind it.</summary>
    /// <returns>The default value if the part cannot be read.</returns>
    public T? Try<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (UnreadableFileException failure)
        {
            if (!IsFull) all.Add(ForeignError.Of(failure));
            return default;
        }
    }
}
