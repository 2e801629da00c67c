using PieService.Api.Http;

namespace PieService.Api.Tables;

/// <summary>
/// Limits the tables that are sent at the same time: each holds a database connection until its client has received it.
/// </summary>
public sealed class TableFiles() : ConcurrencyLimit(most: 20);
