using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Runs;

/// <summary>What is doubtful about the checkpoints and word vectors of a sweep.</summary>
public static class ModelWarnings
{
    /// <param name="request">A request in which <see cref="SweepRules"/> found no fault.</param>
    /// <param name="files">The files of the live workers.</param>
    public static IEnumerable<Warning> Of(SweepRequest request, IEnumerable<ModelFile> files)
    {
        var usable = files.Where(file => file.Error is null).ToLookup(file => (file.Kind, file.Name));
        return request.Models!.Where(model => model.Architecture == Architecture.Bert)
            .SelectMany(model => TooLong(model, usable[(ModelKind.Bert, model.Checkpoint!)].FirstOrDefault()));
    }

    private static IEnumerable<Warning> TooLong(ModelRequest model, ModelFile? checkpoint)
    {
        if (checkpoint?.Positions is { } positions && model.HyperparametersOrDefault.MaxLength > positions)
            yield return new(
                WarningCode.MaxLengthBeyondModel,
                $"Model '{model.NameOrDefault}': the checkpoint '{checkpoint.Name}' has {positions} positions, so "
                    + "every "
                    + "run of this model would fail. Set hyperparameters.maxLength to at most "
                    + $"{positions}.");
    }
}
