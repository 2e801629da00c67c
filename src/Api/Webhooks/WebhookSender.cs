using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Domain.Webhooks;
using PieService.Hosting;
using StandardWebhooks;

namespace PieService.Api.Webhooks;

/// <summary>
/// Sends the messages that are due, each at least once: an attempt is counted before it is made, and if the sender dies
/// meanwhile, the message becomes due again. Several instances share the work. It is not a RepeatingService, because
/// deliveries continue between its queries, because the end of a delivery starts the next query, and because it ends
/// only after all deliveries have ended.
/// </summary>
public sealed class WebhookSender(
    IDbContextFactory<PieDbContext> contexts, IHttpClientFactory clients, WebhookSettings settings, RowChanges changes,
    TimeProvider time, ILogger<WebhookSender> logger)
    : BackgroundService
{
    public const string ClientName = "webhooks";

    private const int AtOnce = 16;
    private const int AtOnceToOne = 4;
    private const int LongestError = 300;
    private const int MostOfAnAnswer = 64 * 1024;

    /// <summary>
    /// The longest time between two queries, which find the messages that are to be sent again; the pauses before these
    /// are longer. A new message causes a query at once.
    /// </summary>
    private static readonly TimeSpan SlowPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The time after which an attempt without a recorded result is repeated; it is far longer than an attempt takes.
    /// </summary>
    private static readonly TimeSpan Claim = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var bell = changes.BellFor(ChangeTopics.Deliveries);
        var underWay = new List<(Guid Webhook, Task Delivery)>();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await TryAsync(async () =>
                {
                    Guid[] busy = [.. underWay.Select(sent => sent.Webhook).Distinct()];
                    foreach (var message in await ClaimAsync(AtOnce - underWay.Count, busy, stoppingToken))
                        underWay.Add((message.WebhookId, DeliverAndRingAsync(message, bell, stoppingToken)));
                }, stoppingToken);
                await bell.WaitAsync(SlowPoll, stoppingToken);
                underWay.RemoveAll(sent => sent.Delivery.IsCompleted);
            }
        }
        finally
        {
            // The objects that the deliveries use must not be disposed before they end.
            await Task.WhenAll(underWay.Select(sent => sent.Delivery))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DeliverAndRingAsync(DueMessage message, Bell bell, CancellationToken stopping)
    {
        await TryAsync(() => DeliverAsync(message, stopping), stopping);
        bell.Ring();
    }

    /// <summary>Logs any failure, so that a single row cannot end the service.</summary>
    private async Task TryAsync(Func<Task> work, CancellationToken stopping)
    {
        try
        {
            await work();
        }
        catch (Exception lost) when (!stopping.IsCancellationRequested)
        {
            WebhookLog.Interrupted(logger, lost.Message);
        }
    }

    /// <param name="busy">
    /// The webhooks with messages in delivery. They get no further messages until those have ended, so that a slow
    /// receiver occupies few of the slots.
    /// </param>
    private async Task<List<DueMessage>> ClaimAsync(int most, Guid[] busy, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Database.SqlQuery<DueMessage>($"""
            WITH due AS MATERIALIZED (
                SELECT message.id, webhook_id, url, secret
                FROM webhooks CROSS JOIN LATERAL (
                    SELECT id, webhook_id, next_attempt_at FROM webhook_deliveries
                    WHERE webhook_id = webhooks.id AND delivered_at IS NULL AND given_up_at IS NULL
                        AND next_attempt_at <= now()
                    ORDER BY next_attempt_at LIMIT {AtOnceToOne} FOR UPDATE SKIP LOCKED) AS message
                WHERE webhooks.id <> ALL({busy})
                ORDER BY next_attempt_at LIMIT {most})
            UPDATE webhook_deliveries SET attempts = attempts + 1, next_attempt_at = now() + {Claim}
            FROM due WHERE webhook_deliveries.id = due.id
            RETURNING webhook_deliveries.id, due.webhook_id, url, secret, body, attempts
            """).ToListAsync(cancellation);
    }

    private async Task DeliverAsync(DueMessage message, CancellationToken cancellation)
    {
        var (status, error) = await SendAsync(message, cancellation);
        var isGivenUp =
            error is not null && (status == HttpStatusCode.Gone || message.Attempts >= settings.MaxAttempts);
        // This runs even if the service is stopping, so that a delivered message is not sent again.
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE webhook_deliveries SET last_status = {(int?)status}, last_error = {error},
                delivered_at = CASE WHEN {error is null} THEN now() END, given_up_at = CASE
                    WHEN {isGivenUp} THEN now() END,
                next_attempt_at = now() + {WebhookSettings.PauseAfter(message.Attempts)}
            WHERE id = {message.Id}
            """, CancellationToken.None);
        if (isGivenUp) WebhookLog.GivenUp(logger, message.Id, message.Attempts, error!);
    }

    /// <summary>
    /// Returns the status of the response, if there was one, and the error; the error is null on success.
    /// </summary>
    private async Task<(HttpStatusCode? Status, string? Error)> SendAsync(
        DueMessage message, CancellationToken cancellation)
    {
        var (id, now) = (message.Id.ToString(), time.GetUtcNow());
        using var request = new HttpRequestMessage(HttpMethod.Post, message.Url);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(message.Body))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", new StandardWebhook(message.Secret).Sign(id, now, message.Body));
        try
        {
            using var client = clients.CreateClient(ClientName);
            // Only the status of the response is used; its body may be endless.
            using var response = await client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return (response.StatusCode, response.IsSuccessStatusCode
                ? null
                : $"The status of the response was {(int)response.StatusCode}, not 2xx.");
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            return (null, ReadableText.Line(failed.Message, LongestError));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"There was no response within {LongestAttempt.TotalSeconds} s.");
        }
    }

    public static void Configure(HttpClient client)
    {
        client.Timeout = LongestAttempt;
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("PieService", null));
    }

    /// <summary>
    /// Connects directly to the address that ConnectAsync has checked: no proxy, no redirects, no cookies.
    /// </summary>
    public static SocketsHttpHandler Handler(WebhookSettings settings) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        MaxResponseDrainSize = MostOfAnAnswer,
        ConnectCallback = (context, cancellation) =>
            ConnectAsync(context.DnsEndPoint, settings.MayBePrivate, cancellation),
    };

    /// <summary>
    /// Resolves the host name and connects to that address. If a name were resolved once for the check and again for
    /// the connection, the second result could differ.
    /// </summary>
    /// <exception cref="HttpRequestException">The name has no address, or none that may be used.</exception>
    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint target, bool mayBePrivate, CancellationToken cancellation)
    {
        var addresses = IPAddress.TryParse(target.Host, out var literal)
            ? [literal] : await Dns.GetHostAddressesAsync(target.Host, cancellation);
        if (!mayBePrivate) addresses = [.. addresses.Where(PublicAddress.IsPublic)];
        if (addresses.Length == 0)
            throw new HttpRequestException(
                "The host has no public address. To allow private addresses, start the service with "
                + "PIE_WEBHOOK_PRIVATE=true.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <param name="Attempts">The number of attempts, including the present one.</param>
public sealed record DueMessage(Guid Id, Guid WebhookId, string Url, string Secret, string Body, int Attempts)
{
    /// <summary>The message without its secret, so that a log cannot contain it.</summary>
    public override string ToString() => $"message {Id}";
}
