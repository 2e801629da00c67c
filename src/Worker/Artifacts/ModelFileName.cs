using System.Globalization;
using PieService.Domain.Storage;

namespace PieService.Worker.Artifacts;

/// <summary>The file of a kept model is named by its run and lease: RUN.EPOCH.safetensors.</summary>
internal static class ModelFileName
{
    public static string Of(RunLease lease) =>
        string.Create(CultureInfo.InvariantCulture, $"{lease.RunId}.{lease.Epoch}.safetensors");

    /// <summary>Returns null if the name does not have this format.</summary>
    public static RunLease? LeaseIn(string path) =>
        Path.GetFileName(path).Split('.') is [var run, var epoch, "safetensors", ..]
            && Guid.TryParse(run, out var id) && long.TryParse(epoch, CultureInfo.InvariantCulture, out var number)
            ? new RunLease(id, number)
            : null;
}
