using System.Text;
using PieService.Bench.Parts;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Bench;

/// <summary>
/// The time and the peak memory of an import of predictions: two cohorts, each an array of scores for three labels, and
/// the gold labels. First its steps alone, in this process, and then the whole import over HTTP.
/// </summary>
internal static class LargeImport
{
    private const int Labels = 3, Seed = 7;

    private static readonly string[] Cohorts = ["dense", "int4"];

    /// <param name="runs">The number of runs, half of them in each cohort.</param>
    public static async Task RunAsync(int runs, int examples)
    {
        await using var database = await BenchDatabase.OpenAsync();
        var folder = Directory.CreateTempSubdirectory("pie-bench-");
        try
        {
            var random = new Random(Seed);
            foreach (var cohort in Cohorts)
                Write(
                    PathOf(folder, cohort), "<f2", [runs / 2, examples, Labels],
                    (file, _) => file.Write((Half)random.NextSingle()));
            Write(PathOf(folder, "gold"), "|u1", [examples], (file, i) => file.Write((byte)(i % Labels)));
            var import = Definition();
            var parts = import.Files!.ToDictionary(
                file => file.Part!, file => new SourceFile(file.Part!, PathOf(folder, file.Part!)));
            Measured.Say($"{parts.Values.Sum(part => new FileInfo(part.Path).Length) / 1e6:F0} MB of files");

            ForeignPredictions? predictions = null;
            await StepAsync($"reading {runs} runs x {examples:N0} examples, twice", () =>
            {
                var reading = ForeignImport.Read(
                    import, parts, dataset: null, ReadLimits.Default, folder.FullName, CancellationToken.None);
                predictions = reading.Predictions ?? throw new InvalidOperationException(reading.Errors[0].Message);
                return Task.CompletedTask;
            });
            using (predictions)
                await StepAsync("storing dataset and runs", () => new ImportedSweeps(database.Contexts).AddAsync(
                    Guid.CreateVersion7(), import, predictions!, alongWith: null, CancellationToken.None));
            await LargeUpload.RunAsync(import, parts.ToDictionary(part => part.Key, part => part.Value.Path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task StepAsync(string name, Func<Task> work)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        Measured.ForgetPeak();
        var processor = Environment.CpuUsage.TotalTime;
        var seconds = await Measured.ElapsedAsync(work);
        Measured.Say(
            $"{name}: {seconds:F1} s, {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:F1} s of this "
            + $"process's processor time, at most {Measured.PeakMiB():F0} MiB resident");
    }

    private static PredictionImport Definition() => new()
    {
        Name = "large",
        Replication = ReplicationKind.Training,
        Dataset = new()
        {
            FromFiles = true,
            Name = "large",
            Task = ForeignTask.SingleLabel,
            Labels = [.. Enumerable.Range(0, Labels).Select(label => $"{label}")],
        },
        Cohorts =
        [
            .. Cohorts.Select(name => new ForeignCohort { Name = name, Model = "m", Baseline = name == "dense" }),
        ],
        Files =
        [
            .. Cohorts.Select(name => new ForeignFile
            {
                Part = name,
                Cohort = name,
                Format = ForeignFormat.Npy,
                ScoreKind = ScoreKind.Logits,
            }),
            new() { Part = "gold", Format = ForeignFormat.Npy },
        ],
    };

    /// <summary>Writes a NumPy array, version 1.0.</summary>
    /// <param name="write">Writes the item at a place.</param>
    private static void Write(string path, string type, int[] shape, Action<BinaryWriter, long> write)
    {
        var sides = string.Concat(shape.Select(side => $"{side}, "));
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({sides}), }}";
        header += new string(' ', 63 - ((10 + header.Length) % 64)) + "\n";
        using var file = new BinaryWriter(File.Create(path));
        file.Write((byte[])[0x93, .. "NUMPY"u8, 1, 0]);
        file.Write((ushort)header.Length);
        file.Write(Encoding.ASCII.GetBytes(header));
        var items = shape.Aggregate(1L, (product, side) => product * side);
        for (var i = 0L; i < items; i++) write(file, i);
    }

    private static string PathOf(DirectoryInfo folder, string name) => Path.Combine(folder.FullName, name);
}
