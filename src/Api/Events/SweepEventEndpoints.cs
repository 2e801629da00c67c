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

    private static readonly Order<SweepEvent> ByNumber = Order<SweepEvent>.By(told => told.Number);

    public static void AddEvents(this IServiceCollection services)
    {
        services.AddSingleton(provider => new EventStreams(
            Settings.Number(name => provider.GetRequiredService<IConfiguration>()[name], "PIE_EVENT_STREAMS", 200, 1, 100_000)));
        services.AddSingleton<SweepWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<SweepWatch>());
    }

    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/sweeps/{id:guid}/events", Follow).WithName("followSweep").WithTags("Sweeps")
            .WithMetadata(new AlsoStreams(Stream), new RequestHeader(LastEventId, "The number of the last event that was received: the stream begins after it.")).Produces<Page<SweepEventResponse>>(200).Produces(204).ProducesProblem(400).ProducesProblem(404).ProducesProblem(503);

    /// <summary>The events of a sweep: as a stream that goes on until the sweep has ended, or as a list.</summary>
    /// <remarks>
    /// Server-sent events, all from the first on, then each as it happens: state (with progress), progress (in steps of half a percent)
    /// and comparison (labelled anew). Numbers have no gaps and stay; with Last-Event-ID, or lastEventId, the stream begins after that one.
    /// 204 says that nothing will come after it. With Accept: application/json the events so far are listed, in pages: pageSize and pageToken are for the list.
    /// </remarks>
    private static async Task<IResult> Follow(
        Guid id, Query<EventQuery> query, HttpRequest request, PieDbContext db, EventStreams streams, CancellationToken cancellation)
    {
        request.HttpContext.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        // A browser that comes back sends the header, beside the parameter that it began with.
        var after = ReadHeader(request) ?? query.Value.LastEventId ?? 0;
        if (!await db.Sweeps.AnyAsync(sweep => sweep.Id == id, cancellation)) return Problems.NotFound("sweep", id);
        if (WantsList(request)) return TypedResults.Ok(await ListAsync(db, id, after, query.Value, cancellation));
        if (after > 0 && await SweepEventStream.IsOverAsync(db, id, after, cancellation)) return TypedResults.NoContent();
        var client = Client.Of(request.HttpContext);
        if (streams.TryTake(client)) return new SweepEventStream(id, after, streams, client);

        request.HttpContext.Response.AskAgainIn(RetryAfterSeconds);
        return TypedResults.Problem(
            $"There are {streams.Most} event streams open (PIE_EVENT_STREAMS), or {streams.MostOfOne} of this client. Come back later, or poll the sweep.", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static Task<Page<SweepEventResponse>> ListAsync(PieDbContext db, Guid id, int after, EventQuery query, CancellationToken cancellation)
    {
        var events = db.SweepEvents.Where(told => told.SweepId == id && told.Number > after);
        return new QueryRows<SweepEvent, SweepEventResponse>(events, ByNumber, SweepEventResponse.Of).PageAsync(query, cancellation);
    }

    /// <exception cref="InvalidRequestException">It is no number of an event.</exception>
    private static int? ReadHeader(HttpRequest request) =>
        !request.Headers.TryGetValue(LastEventId, out var texts) ? null
        : int.TryParse(texts, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidRequestException([new(LastEventId, "must be the id of an event of this sweep: a whole number from 0")]);

    private static bool WantsList(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Quality("application/json") > Quality(Stream);

        double Quality(string type) => accepted.Where(media => media.MediaType == type).Select(media => media.Quality ?? 1).DefaultIfEmpty(0).Max();
    }
}

public sealed record EventQuery : PageQuery
{
    /// <summary>Only the events after this one; for clients that cannot set the header Last-Event-ID.</summary>
    public int? LastEventId { get; init; }

    public override IEnumerable<FieldError> Broken() =>
        LastEventId < 0 ? base.Broken().Append(new("lastEventId", "must be the id of an event of this sweep: a whole number from 0")) : base.Broken();
}

/// <param name="Data">By type: StateData, ProgressData or ComparisonData.</param>
public sealed record SweepEventResponse(int Number, DateTimeOffset At, SweepEventType Type, JsonElement Data)
{
    public static SweepEventResponse Of(SweepEvent told) => new(told.Number, told.At, told.Type, JsonElement.Parse(told.Data));
}
