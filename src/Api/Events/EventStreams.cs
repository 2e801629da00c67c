using PieService.Api.Http;

namespace PieService.Api.Events;

/// <summary>Limits the open event streams: each causes a database query every second.</summary>
public sealed class EventStreams(int most) : ConcurrencyLimit(most);
