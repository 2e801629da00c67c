using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Tests.Sweeps;

internal static class Requests
{
    public static readonly Dataset Dataset = new()
    {
        Id = Guid.CreateVersion7(),
        Name = "d",
        Labels = ["a", "b"],
        ContentHash = "sha256:d",
        Quality = new(0, 0, 0, 0, 0),
        Splits = [new(Split.Train, 100, [50, 50], new TokenLengths(10, 10, 15, 20), []),
            new(Split.Test, 20, [10, 10], new TokenLengths(10, 10, 15, 20), [])],
    };

    public static SweepRequest Valid => new()
    {
        Name = "s",
        DatasetId = Dataset.Id,
        Models = [new ModelRequest { Architecture = Architecture.BiLstm }],
        Methods = [Method.Imp, Method.MpAi],
        Sparsities = [50, 90],
        Seeds = new SeedRange(3, 2),
    };
}
