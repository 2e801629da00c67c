using PieService.Api.Http;

namespace PieService.Api.Datasets;

/// <summary>
/// Limits the plans of datasets that are made at the same time: each needs a disk and a core until its files are read.
/// </summary>
public sealed class DatasetPlans() : ConcurrencyLimit(most: 4);
