using PieService.Api.Http;

namespace PieService.Api.Tables;

/// <summary>Tables that are being sent: each holds a connection to the database for as long as its client takes.</summary>
public sealed class TableFiles() : Places(most: 20);
