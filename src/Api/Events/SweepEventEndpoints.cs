using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Events;

public static class SweepEventEndpoints
{
    private const string LastEventId = "Last-Event-ID";
    private const string Stream = "text/event-stream";
    private const int RetryAfterSeconds = 10;

    private static readonly Order<SweepEvent> ByNumber = Order<SweepEvent>.By(entry => entry.Number);

    public static void AddEvents(this IServiceCollection services)
    {
        services.AddSingleton(provider => new EventStreams(
            Settings.Number(
                name => provider.GetRequiredService<IConfiguration>()[name], "PIE_EVENT_STREAMS", 200, 1, 100_000)));
        services.AddSingleton<SweepWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<SweepWatch>());
    }

    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/sweeps/{id:guid}/events", Follow).WithName("followSweep").WithTags("Sweeps")
            .WithMetadata(new OutsideRequestLimit(), new AlsoStreams(Stream), new RequestHeader(
                LastEventId,
                "The number of the last event that the client received. The stream begins with the next event."))
            .Produces<Page<SweepEventResponse>>(200).Produces(204)
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(503);

    /// <summary>
    /// Returns the events of a sweep: as a stream that stays open until the sweep has ended, or as a list.
    /// </summary>
    /// <remarks>
    /// By default the response is a stream of server-sent events: all past events, then each new event as it happens.
    /// The types are state (a new state, with the progress), progress (in steps of half a percent) and comparison (a
    /// comparison was labelled, or labelled again). The events of a sweep are numbered without gaps, and the numbers do
    /// not change; with Last-Event-ID or lastEventId, the stream begins after that event. The status 204 means that no
    /// event will follow it. With Accept: application/json the response is a list of the past events in pages; pageSize
    /// and pageToken apply to the list only.
    /// </remarks>
    internal static async Task<IResult> Follow(
        Guid id, Query<EventQuery> query, HttpRequest request, PieDbContext db, EventStreams streams,
        CancellationToken cancellation)
    {
        request.HttpContext.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        // A browser that reconnects sends the header, beside the parameter of its first request.
        var after = ReadHeader(request) ?? query.Value.LastEventId ?? 0;
        if (!await db.Sweeps.AnyAsync(sweep => sweep.Id == id, cancellation)) return Problems.NotFound("sweep", id);
        if (WantsList(request)) return TypedResults.Ok(await ListAsync(db, id, after, query.Value, cancellation));
        if (after > 0 && await SweepEventStream.IsOverAsync(db, id, after, cancellation))
            return TypedResults.NoContent();
        var client = Client.Of(request.HttpContext);
        if (streams.TryTake(client)) return new SweepEventStream(id, after, streams, client);

        request.HttpContext.Response.SetRetryAfter(RetryAfterSeconds);
        return TypedResults.Problem(
            $"Too many event streams are open: at most {streams.Most} (PIE_EVENT_STREAMS), {streams.MostOfOne} of "
            + "them to one client. Try again after Retry-After seconds, or poll the sweep.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static Task<Page<SweepEventResponse>> ListAsync(
        PieDbContext db, Guid id, int after, EventQuery query, CancellationToken cancellation)
    {
        var events = db.SweepEvents.Where(entry => entry.SweepId == id && entry.Number > after);
        return new QueryRows<SweepEvent, SweepEventResponse>(events, ByNumber, SweepEventResponse.Of)
            .PageAsync(query, cancellation);
    }

    /// <exception cref="InvalidRequestException">The header is not the number of an event.</exception>
    private static int? ReadHeader(HttpRequest request) =>
        !request.Headers.TryGetValue(LastEventId, out var texts) ? null
        : int.TryParse(texts, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidRequestException(
            [new(LastEventId, "must be the id of an event of this sweep: a whole number from 0")]);

    private static bool WantsList(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Quality("application/json") > Quality(Stream);

        double Quality(string type) => accepted.Where(media => media.MediaType == type)
            .Select(media => media.Quality ?? 1).DefaultIfEmpty(0).Max();
    }
}

public sealed record EventQuery : PageQuery
{
    /// <summary>
    /// The number of the last event that the client received; only later events are returned. For clients that cannot
    /// set the header Last-Event-ID.
    /// </summary>
    public int? LastEventId { get; init; }

    public override IEnumerable<FieldError> Broken() =>
        LastEventId < 0
            ? base.Broken().Append(
                new("lastEventId", "must be the id of an event of this sweep: a whole number from 0")) : base.Broken();
}

/// <param name="Number">The number of the event in its sweep, from 1 on without gaps.</param>
/// <param name="At">The time at which the service found the change.</param>
/// <param name="Type">The kind of change.</param>
/// <param name="Data">The data of the event, according to its type: StateData, ProgressData or ComparisonData.</param>
public sealed record SweepEventResponse(int Number, DateTimeOffset At, SweepEventType Type, JsonElement Data)
{
    public static SweepEventResponse Of(SweepEvent entry) =>
        new(entry.Number, entry.At, entry.Type, JsonElement.Parse(entry.Data));
}
