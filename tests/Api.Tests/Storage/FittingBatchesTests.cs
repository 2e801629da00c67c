using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Storage;

public sealed class FittingBatchesTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Device = "NVIDIA H200, 143771 MiB for 4 runs";

    [Fact]
    public async Task Other_runs_take_a_number_only_after_a_run_has_succeeded_with_it()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 2));
        var runs = (await api.Situations.RunsOfAsync(sweep)).Select(run => run.Id).ToList();
        var (first, other) = (runs[0], runs[1]);
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();

        await FittingBatches.TryAsync(db, first, Device, 16, "16 fit", default);
        await FittingBatches.TryAsync(db, first, Device, 8, "8 fit", default);

        Assert.Equal((8, null), (await FindAsync(first), await FindAsync(other)));
        Assert.Null(await FittingBatches.FindAsync(db, first, "of this test", "another device", default));

        await FittingBatches.ConfirmAsync(db, first, "of this test", Device, default);
        Assert.Equal((8, 8), (await FindAsync(first), await FindAsync(other)));

        // A larger number that another run has tried meanwhile does not replace it.
        await FittingBatches.TryAsync(db, other, Device, 16, "16 fit", default);
        await FittingBatches.ConfirmAsync(db, other, "of this test", Device, default);
        Assert.Equal((8, 8), (await FindAsync(first), await FindAsync(other)));

        Task<int?> FindAsync(Guid run) => FittingBatches.FindAsync(db, run, "of this test", Device, default);
    }
}
