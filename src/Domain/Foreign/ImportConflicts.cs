namespace PieService.Domain.Foreign;

/// <summary>Runs that the definition of an import states twice; an existing sweep may have some of its runs too.
/// </summary>
public static class ImportConflicts
{
    /// <summary>Each field that states a run again: a seed is once in a cohort.</summary>
    /// <param name="import">A definition in which <see cref="ImportRules"/> found no fault.</param>
    /// <param name="sweep">The sweep that it extends; null for a new one.</param>
    public static IEnumerable<FieldError> Check(PredictionImport import, ExtendedSweep? sweep = null)
    {
        var first = new Dictionary<(string, int), string>();
        foreach (var (field, cohort, seed) in Runs(import))
            if (!first.TryAdd((cohort, seed), field))
                yield return new(field, $"states the seed {seed} of the cohort '{cohort}', as {first[(cohort, seed)]}");
            else if (sweep?.Seeds.GetValueOrDefault(cohort)?.Contains(seed) is true)
                yield return new(
                    field, $"states the seed {seed} of the cohort '{cohort}', which the sweep has already");
    }

    /// <summary>The runs of a definition that are known before its files are read.</summary>
    internal static IEnumerable<(string Field, string Cohort, int Seed)> Runs(PredictionImport import) =>
        (import.Files ?? []).SelectMany((file, i) => file is null ? [] : Runs(file, i));

    private static IEnumerable<(string Field, string Cohort, int Seed)> Runs(ForeignFile file, int i)
    {
        var isOwn = file.Format is ForeignFormat.Inspect or ForeignFormat.Helm; // the file has its seeds
        if (file.Cohort is { } cohort && !isOwn && file.Columns is not ({ Seed: not null } or { Cohort: not null }))
            yield return ($"files[{i}].seed", cohort, file.Seed);
        foreach (var (name, run) in file.Columns?.Runs ?? new Dictionary<string, ForeignRunColumn>())
            if (run?.Cohort is { } of) yield return ($"files[{i}].columns.runs.{name}.seed", of, run.Seed);
        foreach (var (name, of) in file.Arrays ?? new Dictionary<string, string?>())
            if (of is not null) yield return ($"files[{i}].arrays.{name}", of, file.Seed);
    }
}
