using PieService.Api.Http;

namespace PieService.Api.Events;

/// <summary>Limits the open event streams: each causes database queries.</summary>
public sealed class EventStreams(int most) : ConcurrencyLimit(most);
