using System.Globalization;
using PieService.Domain.Storage;

namespace PieService.Worker.Supervision;

/// <summary>A kept model's file is named by its run and lease: RUN.EPOCH.safetensors.</summary>
internal static class ModelFileName
{
    public static string Of(RunLease lease) => string.Create(CultureInfo.InvariantCulture, $"{lease.RunId}.{lease.Epoch}.safetensors");

    /// <summary>Null: the file is nothing that this service wrote.</summary>
    public static RunLease? LeaseIn(string path) =>
        Path.GetFileName(path).Split('.') is [var run, var epoch, "safetensors", ..]
            && Guid.TryParse(run, out var id) && long.TryParse(epoch, CultureInfo.InvariantCulture, out var number)
            ? new RunLease(id, number)
            : null;
}
