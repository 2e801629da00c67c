using System.Globalization;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Runs;

/// <summary>What is doubtful about the checkpoints and word vectors of a sweep.</summary>
public static class ModelWarnings
{
    private const double LowCoverage = 0.5;

    /// <param name="request">A request in which <see cref="SweepRules"/> found no fault.</param>
    /// <param name="known">The coverages that are known for the dataset.</param>
    /// <param name="files">The files of the live workers.</param>
    public static IReadOnlyList<Warning> Of(
        SweepRequest request, IEnumerable<KnownCoverage> known, IEnumerable<ModelFile> files)
    {
        files = [.. files.Where(file => file.Error is null)];
        return
        [
            .. request.Models!.Where(model => model.Architecture == Architecture.Bert).SelectMany(model => TooLong(
                model, files.FirstOrDefault(file => file.Kind == ModelKind.Bert && file.Name == model.Checkpoint))),
            .. PlannedCoverage.Of(request, known, files).SelectMany(Uncovered),
        ];
    }

    private static IEnumerable<Warning> Uncovered(PlannedCoverage planned)
    {
        if (planned.Tokens < LowCoverage)
            yield return new(
                WarningCode.LowVectorCoverage,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Model '{planned.Model}': the word vectors '{planned.Vectors}' "
                    + $"have {100 * planned.Tokens:0.#} % of the tokens "
                    + $"and {100 * planned.Types:0.#} % of the words of the training texts; "
                    + $"all others get the same vector. "
                    + $"Are they made for this language and for basic_english words?"));
    }

    private static IEnumerable<Warning> TooLong(ModelRequest model, ModelFile? checkpoint)
    {
        if (checkpoint?.Positions is { } positions && model.HyperparametersOrDefault.MaxLength > positions)
            yield return new(
                WarningCode.MaxLengthBeyondModel,
                $"Model '{model.NameOrDefault}': the checkpoint '{checkpoint.Name}' has {positions} positions. "
                    + $"Every run of this model would fail. Set hyperparameters.maxLength to at most {positions}.");
    }
}
