using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Api.Lists;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Domain.Webhooks;

namespace PieService.Api.Webhooks;

public static class WebhookEndpoints
{
    private const int MostWebhooks = 50;
    private const string CreateOperation = "createWebhook";

    public static void AddWebhooks(this IServiceCollection services)
    {
        services.AddSingleton(
            provider => WebhookSettings.From(name => provider.GetRequiredService<IConfiguration>()[name]));
        services.AddHttpClient(WebhookSender.ClientName, WebhookSender.Configure)
            .ConfigurePrimaryHttpMessageHandler(
                provider => WebhookSender.Handler(provider.GetRequiredService<WebhookSettings>()))
            // The log of the client would contain the addresses, which may contain a secret.
            .RemoveAllLoggers();
        services.AddHostedService<WebhookSender>();
    }

    private static readonly Order<Webhook> NewestFirst = Order<Webhook>.ByDescending(webhook => webhook.Id);

    private static readonly Order<WebhookDelivery> LatestFirst =
        Order<WebhookDelivery>.ByDescending(delivery => delivery.CreatedAt).ThenByDescending(delivery => delivery.Id);

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapGroup("/webhooks").WithTags("Webhooks");
        webhooks.MapPost("/", Create).WithName(CreateOperation).WithMetadata(IdempotencyKey.Documented)
            .ProducesProblem(400).ProducesProblem(409);
        webhooks.MapGet("/", List).WithName("listWebhooks").ProducesProblem(400);
        webhooks.MapGet("/{id:guid}", Get).WithName("getWebhook").ProducesProblem(404);
        webhooks.MapDelete("/{id:guid}", Delete).WithName("deleteWebhook").ProducesProblem(404);
        webhooks.MapPost("/{id:guid}/test", Test).WithName("testWebhook").ProducesProblem(404).ProducesProblem(409);
        webhooks.MapGet("/{id:guid}/deliveries", ListDeliveries).WithName("listWebhookDeliveries").ProducesProblem(400)
            .ProducesProblem(404);
    }

    /// <summary>Registers a URL to which a message is sent when a sweep has ended.</summary>
    /// <remarks>
    /// The message is a POST with the JSON { type, timestamp, data }, signed according to the Standard Webhooks
    /// specification. The secret is returned only by this operation. If the status of the response is not 2xx, the
    /// message is sent again for about a day; after 410 it is not sent again. A message may be delivered twice; both
    /// deliveries have the same webhook-id.
    /// </remarks>
    private static async Task<Results<
        Created<NewWebhookResponse>, ProblemHttpResult, IdempotentAttempt.KnownAnswer>> Create(
        Body<WebhookRequest> body, Query<NoQuery> _, HttpContext context, PieDbContext db, IdempotencyKey key,
        CancellationToken cancellation)
    {
        await using var attempt = await key.BeginAsync(context, CreateOperation, body.Bytes, cancellation);
        if (attempt.Answer is { } known) return known;

        var request = body.Checked(WebhookRequest.Check);
        // The webhook exists if an earlier attempt was interrupted after it had been stored.
        var webhook = await db.Webhooks.AsNoTracking()
            .SingleOrDefaultAsync(earlier => earlier.Id == attempt.ResourceId, cancellation);
        if (webhook is null)
        {
            if (await db.Webhooks.CountAsync(cancellation) >= MostWebhooks)
                return Problems.Conflict(
                    $"The limit of {MostWebhooks} webhooks is reached. Delete a webhook that is no longer needed.");
            attempt.WorkBegins();
            webhook = new Webhook
            {
                Id = attempt.ResourceId,
                Url = request.Url!,
                Secret = Webhook.NewSecret(),
                CreatedBy = Actor.Of(context)!.Name,
            };
            db.Webhooks.Add(webhook);
            await db.SaveChangesAsync(cancellation);
        }
        var created = TypedResults.Created(
            $"/api/v1/webhooks/{webhook.Id}",
            new NewWebhookResponse(webhook.Id, webhook.Url, webhook.CreatedBy, webhook.CreatedAt, webhook.Secret));
        await attempt.CompleteAsync(StatusCodes.Status201Created, created.Location!, created.Value);
        return created;
    }

    /// <summary>Lists the webhooks, the newest first.</summary>
    /// <remarks>The secrets are not included; a secret is returned once, when its webhook is registered.</remarks>
    private static async Task<Ok<Page<WebhookResponse>>> List(
        Query<PageQuery> query, PieDbContext db, CancellationToken cancellation) =>
        TypedResults.Ok(
            await new QueryRows<Webhook, WebhookResponse>(db.Webhooks, NewestFirst, WebhookResponse.Of)
                .PageAsync(query.Value, cancellation));

    /// <summary>Returns one webhook, without its secret.</summary>
    /// <remarks>To replace a lost secret, register the URL again and delete this webhook.</remarks>
    private static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation) =>
        await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(webhook => webhook.Id == id, cancellation) is { } webhook
            ? TypedResults.Ok(WebhookResponse.Of(webhook))
            : Problems.NotFound("webhook", id);

    /// <summary>Deletes a webhook and its undelivered messages.</summary>
    /// <remarks>A message that is being sent at this moment may still be delivered.</remarks>
    /// <response code="204">The webhook is deleted.</response>
    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation) =>
        await db.Webhooks.Where(webhook => webhook.Id == id).ExecuteDeleteAsync(cancellation) > 0
            ? TypedResults.NoContent()
            : Problems.NotFound("webhook", id);

    /// <summary>Sends a message of the type webhook.test.</summary>
    /// <remarks>
    /// The message is signed and retried like any other. Its result is in the deliveries of the webhook.
    /// </remarks>
    /// <response code="202">The message will be sent within two seconds.</response>
    private static async Task<Results<Accepted<DeliveryResponse>, ProblemHttpResult>> Test(
        Guid id, Query<NoQuery> _, PieDbContext db, TimeProvider time, CancellationToken cancellation)
    {
        if (!await db.Webhooks.AnyAsync(webhook => webhook.Id == id, cancellation))
            return Problems.NotFound("webhook", id);
        var isUnderWay = await db.WebhookDeliveries.AnyAsync(
            sent => sent.WebhookId == id && sent.EventNumber == 0 && sent.DeliveredAt == null && sent.GivenUpAt == null,
            cancellation);
        if (isUnderWay)
        {
            return Problems.Conflict(
                "A test message of this webhook is still pending. See the deliveries of the webhook for its last "
                    + "error.");
        }

        var test = Guid.CreateVersion7();
        var delivery = new WebhookDelivery
        {
            Id = test,
            WebhookId = id,
            // No sweep has this id, and no event has the number 0.
            SweepId = test,
            EventNumber = 0,
            Body = Json.Write(new TestMessage("webhook.test", time.GetUtcNow(), new TestData(id))),
        };
        db.WebhookDeliveries.Add(delivery);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Accepted($"/api/v1/webhooks/{id}/deliveries", DeliveryResponse.Of(delivery));
    }

    /// <summary>Lists the messages of a webhook, sent or pending, the newest first.</summary>
    /// <remarks>Each message has the number of attempts, the last response, and the time of the next attempt.</remarks>
    private static async Task<Results<Ok<Page<DeliveryResponse>>, ProblemHttpResult>> ListDeliveries(
        Guid id, Query<PageQuery> query, PieDbContext db, CancellationToken cancellation)
    {
        if (!await db.Webhooks.AnyAsync(webhook => webhook.Id == id, cancellation))
            return Problems.NotFound("webhook", id);

        var deliveries = db.WebhookDeliveries.Where(delivery => delivery.WebhookId == id);
        return TypedResults.Ok(
            await new QueryRows<WebhookDelivery, DeliveryResponse>(deliveries, LatestFirst, DeliveryResponse.Of)
                .PageAsync(query.Value, cancellation));
    }

    private sealed record TestMessage(string Type, DateTimeOffset Timestamp, TestData Data);

    private sealed record TestData(Guid WebhookId);
}

public sealed record WebhookResponse(Guid Id, string Url, string CreatedBy, DateTimeOffset CreatedAt)
{
    public static WebhookResponse Of(Webhook webhook) =>
        new(webhook.Id, webhook.Url, webhook.CreatedBy, webhook.CreatedAt);
}

/// <param name="Secret">The secret to verify signatures with. It is not returned again.</param>
public sealed record NewWebhookResponse(Guid Id, string Url, string CreatedBy, DateTimeOffset CreatedAt, string Secret);

/// <param name="Id">The webhook-id of the message.</param>
/// <param name="SweepId">The id of the sweep; null for a test message.</param>
/// <param name="EventNumber">The number of the event of the sweep; null for a test message.</param>
/// <param name="Attempts">The number of attempts so far.</param>
/// <param name="NextAttemptAt">The time of the next attempt; null if the message was delivered or abandoned.</param>
/// <param name="DeliveredAt">The time at which the receiver accepted the message; null until then.</param>
/// <param name="GivenUpAt">The time at which the last attempt failed and the message was abandoned; null if it was
/// not.</param>
/// <param name="LastStatus">The HTTP status of the last response; null if there was no response.</param>
/// <param name="LastError">Why the last attempt failed; null if none failed.</param>
public sealed record DeliveryResponse(
    Guid Id, Guid? SweepId, int? EventNumber, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? NextAttemptAt,
    DateTimeOffset? DeliveredAt,
    DateTimeOffset? GivenUpAt, int? LastStatus, string? LastError)
{
    public static DeliveryResponse Of(WebhookDelivery delivery)
    {
        var (isTest, isOver) = (delivery.EventNumber == 0, (delivery.DeliveredAt ?? delivery.GivenUpAt) is not null);
        return new DeliveryResponse(
            delivery.Id, isTest ? null : delivery.SweepId, isTest ? null : delivery.EventNumber, delivery.Attempts,
            delivery.CreatedAt,
            isOver ? null : delivery.NextAttemptAt, delivery.DeliveredAt, delivery.GivenUpAt, delivery.LastStatus,
            delivery.LastError);
    }
}
