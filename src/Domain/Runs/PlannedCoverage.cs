using PieService.Domain.Sweeps;

namespace PieService.Domain.Runs;

/// <summary>The coverage of a dataset by the word vectors of a model, before it is trained.</summary>
/// <param name="Model">The name of the model in the sweep.</param>
/// <param name="Vectors">The name of its word vectors.</param>
/// <param name="Types">
/// The share of the different words of the training texts that have a vector, in [0, 1]; null until a live worker that
/// has the vectors has read the dataset, usually seconds after its import.
/// </param>
/// <param name="Tokens">The share of all occurrences of words that have a vector, in [0, 1].</param>
public sealed record PlannedCoverage(string Model, string Vectors, double? Types, double? Tokens)
{
    /// <param name="known">The coverages that are known for the dataset.</param>
    /// <param name="files">The files of the live workers.</param>
    public static IReadOnlyList<PlannedCoverage> Of(
        SweepRequest request, IEnumerable<KnownCoverage> known, IEnumerable<ModelFile> files)
    {
        var hashes = files.Where(file => file is { Kind: ModelKind.Vectors, Error: null })
            .SelectMany(file => file.Names(), (file, name) => (Name: name, file.Sha256))
            .ToLookup(file => file.Name, file => file.Sha256);
        return
        [
            .. from model in request.Models!
               where model.Vectors is not null
               let found = known.FirstOrDefault(one => hashes[model.Vectors!].Contains(one.VectorsSha256))
               select new PlannedCoverage(model.NameOrDefault, model.Vectors!, found?.Types, found?.Tokens),
        ];
    }
}
