using PieService.Api.Http;

namespace PieService.Api.Events;

/// <summary>Open event streams: each costs a look at the database a second.</summary>
public sealed class EventStreams(int most) : Places(most);
