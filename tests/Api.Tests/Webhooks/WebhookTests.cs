using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Events;
using PieService.Domain.Storage;
using PieService.Domain.Webhooks;

namespace PieService.Api.Tests.Webhooks;

/// <summary>Messages that are sent to a receiver on this machine, which is allowed here and not by default.</summary>
public sealed class WebhookTests(WebhookTests.PrivateAllowed api) : IClassFixture<WebhookTests.PrivateAllowed>
{
    public sealed class PrivateAllowed() : ApiFixture(new()
    {
        ["PIE_WEBHOOK_PRIVATE"] = "true",
        ["PIE_WEBHOOK_ATTEMPTS"] = "3",
    });

    [Fact]
    public async Task The_end_of_a_sweep_is_sent_with_a_signature_that_the_secret_verifies()
    {
        using var receiver = Receiver.Answering(204);
        var webhook = await CreateAsync(receiver);
        var sweep = await EndedAsync();

        var delivery = await DeliveredAsync(webhook);

        var message = Assert.Single(receiver.Messages);
        Assert.Equal(
            ("POST", "/hook?who=me", "application/json"),
            (message.Method, message.Path, message.Headers["content-type"]));
        Assert.Equal((string)delivery["id"]!, message.Headers["webhook-id"]);
        AssertSigned(message, (string)webhook["secret"]!);
        var body = JsonNode.Parse(message.Body)!;
        Assert.Equal("sweep.ended", (string?)body["type"]);
        Assert.Equal(
            (await api.GetAsync($"/api/v1/sweeps/{sweep}"))["finishedAt"]!.ToString(), body["timestamp"]!.ToString());
        Assert.Equal(
            (sweep, "a sweep", "succeeded", $"/api/v1/sweeps/{sweep}", 1),
            ((Guid)body["data"]!["sweepId"]!, (string)body["data"]!["name"]!, (string)body["data"]!["state"]!,
                (string)body["data"]!["url"]!,
                (int)body["data"]!["progress"]!["runs"]!["succeeded"]!));
        Assert.Equal(
            (sweep, 1, 204), ((Guid)delivery["sweepId"]!, (int)delivery["attempts"]!, (int)delivery["lastStatus"]!));
        Assert.Null(delivery["nextAttemptAt"]);
    }

    [Fact]
    public async Task A_message_that_was_not_accepted_is_sent_again_later_with_the_same_id()
    {
        // The receiver refuses until the test changes that: on a slow machine the pause of ten seconds may be over
        // before the test checks.
        var status = 500;
        using var receiver = new Receiver((_, response) =>
        {
            response.StatusCode = Volatile.Read(ref status);
            return Task.CompletedTask;
        });
        var webhook = await CreateAsync(receiver);
        await api.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", new JsonObject());
        var failed = await UntilAsync(webhook, delivery => (int?)delivery["lastStatus"] == 500);
        Assert.Null(failed["deliveredAt"]);
        Assert.Contains("500", (string?)failed["lastError"], StringComparison.Ordinal);
        Assert.True(
            (DateTimeOffset)failed["nextAttemptAt"]! > (DateTimeOffset)failed["createdAt"]! + TimeSpan.FromSeconds(5));

        Volatile.Write(ref status, 200);
        var delivered = await UntilAsync(
            webhook, newest => newest["deliveredAt"] is not null, meanwhile: () => LetThePauseBeOverAsync(webhook));

        Assert.Equal(200, (int)delivered["lastStatus"]!);
        Assert.Null(delivered["lastError"]);
        Assert.InRange(receiver.Messages.Count, 2, 3);
        Assert.Equal(receiver.Messages.Count, (int)delivered["attempts"]!);
        Assert.Single(receiver.Messages.Select(message => (message.Headers["webhook-id"], message.Body)).Distinct());
        Assert.All(receiver.Messages, message => AssertSigned(message, (string)webhook["secret"]!));
    }

    [Fact]
    public async Task After_its_last_attempt_a_message_is_abandoned()
    {
        using var receiver = Receiver.Answering(503);
        var webhook = await CreateAsync(receiver);
        await api.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", new JsonObject());

        var given = await UntilAsync(
            webhook, delivery => delivery["givenUpAt"] is not null, meanwhile: () => LetThePauseBeOverAsync(webhook));
        Assert.Equal(3, (int)given["attempts"]!);
        Assert.Null(given["nextAttemptAt"]);
        Assert.Equal(3, receiver.Messages.Count);
    }

    [Fact]
    public async Task A_receiver_that_responds_410_gets_no_second_attempt()
    {
        using var receiver = Receiver.Answering(410);
        var webhook = await CreateAsync(receiver);
        await api.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", new JsonObject());

        var given = await UntilAsync(webhook, delivery => delivery["givenUpAt"] is not null);

        Assert.Equal((1, 410), ((int)given["attempts"]!, (int)given["lastStatus"]!));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var elsewhere = Receiver.Answering(200);
        using var receiver = new Receiver((_, response) =>
        {
            response.Redirect($"http://127.0.0.1:{elsewhere.Port}/");
            return Task.CompletedTask;
        });
        var webhook = await CreateAsync(receiver);
        await api.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", new JsonObject());

        var failed = await UntilAsync(webhook, delivery => delivery["lastError"] is not null);

        Assert.Equal(302, (int)failed["lastStatus"]!);
        Assert.Empty(elsewhere.Messages);
    }

    [Fact]
    public async Task An_endless_response_is_not_read()
    {
        using var receiver = new Receiver(async (_, response) =>
        {
            response.SendChunked = true;
            try
            {
                while (true) await response.OutputStream.WriteAsync(new byte[64 * 1024]);
            }
            catch (Exception hungUp) when (hungUp is HttpListenerException or IOException or ObjectDisposedException)
            {
                // This is the expected outcome.
            }
        });
        var webhook = await CreateAsync(receiver);
        await api.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", new JsonObject());

        Assert.Equal(200, (int)(await DeliveredAsync(webhook))["lastStatus"]!);
    }

    [Fact]
    public async Task A_slow_receiver_does_not_delay_the_others()
    {
        var patience = new TaskCompletionSource();
        using var slow = new Receiver((_, _) => patience.Task);
        using var quick = Receiver.Answering(200);
        var waiting = await CreateAsync(slow);
        // More messages than may be sent at the same time.
        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync())
        {
            db.WebhookDeliveries.AddRange(Enumerable.Range(1, 20).Select(number => new WebhookDelivery
            {
                Id = Guid.CreateVersion7(),
                WebhookId = (Guid)waiting["id"]!,
                SweepId = Guid.CreateVersion7(),
                EventNumber = number,
                Body = "{}",
            }));
            await db.SaveChangesAsync();
        }
        await UntilAsync(waiting, _ => !slow.Messages.IsEmpty);

        var webhook = await CreateAsync(quick);
        await api.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", new JsonObject());

        var delivered = await DeliveredAsync(webhook);
        Assert.Equal(200, (int)delivered["lastStatus"]!);
        // This holds before the first of them is abandoned, which takes ten seconds and may have happened by now.
        Assert.All(
            (await DeliveriesAsync(waiting)).Where(delivery => delivery["lastError"] is not null),
            delivery => Assert.True(
                (DateTimeOffset)delivery["nextAttemptAt"]! - WebhookSettings.PauseAfter(1)
                > (DateTimeOffset)delivered["deliveredAt"]!));
        patience.SetResult();
    }

    [Fact]
    public async Task A_refused_connection_is_reported_in_a_bounded_message()
    {
        int port;
        using (var gone = Receiver.Answering(200)) port = gone.Port;
        var webhook = await CreateAsync($"http://127.0.0.1:{port}/{new string('x', 1900)}");
        await api.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", new JsonObject());

        var failed = await UntilAsync(webhook, delivery => delivery["lastError"] is not null);

        Assert.Null(failed["lastStatus"]);
        Assert.InRange(((string)failed["lastError"]!).Length, 1, 300);
    }

    /// <summary>The error quotes what the server sent, and PostgreSQL stores no NUL.</summary>
    [Fact]
    public async Task The_error_of_a_server_of_another_protocol_is_stored_without_control_characters()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var webhook = await CreateAsync($"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/");
        await api.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", new JsonObject());
        using var client = await server.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync("J\0\0\0\n8.0.36\0"u8.ToArray());

        var failed = await UntilAsync(webhook, delivery => delivery["lastError"] is not null);

        Assert.Contains("J   ", (string?)failed["lastError"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_end_creates_one_message_for_each_webhook_however_many_watches_run()
    {
        using var receiver = Receiver.Answering(200);
        var webhooks = new[] { await CreateAsync(receiver), await CreateAsync(receiver) };
        var sweep = await EndedAsync();

        // A watch has no state in memory, so this is equivalent to a watch of a restarted service.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Watch.LookAsync(CancellationToken.None)));

        foreach (var webhook in webhooks)
            Assert.Single(await DeliveriesAsync(webhook), delivery => (Guid?)delivery["sweepId"] == sweep);
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        Assert.Equal(
            await db.SweepEvents.Where(told => told.SweepId == sweep).MaxAsync(told => told.Number),
            await db.WebhookDeliveries.Where(delivery => delivery.SweepId == sweep)
                .Select(delivery => delivery.EventNumber).Distinct().SingleAsync());
    }

    [Fact]
    public async Task The_secret_is_shown_once()
    {
        var webhook = await CreateAsync("https://example.org/hook");

        Assert.StartsWith("whsec_", (string?)webhook["secret"], StringComparison.Ordinal);
        var one = await api.GetAsync($"/api/v1/webhooks/{webhook["id"]}");
        Assert.Equal("https://example.org/hook", (string?)one["url"]);
        Assert.False(one.ContainsKey("secret"));
        Assert.DoesNotContain(
            "secret", (await api.GetAsync("/api/v1/webhooks")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_webhook_is_gone_with_its_messages()
    {
        var webhook = await CreateAsync("https://example.org/hook");
        using (var deleted = await api.Client.DeleteAsync($"/api/v1/webhooks/{webhook["id"]}"))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/webhooks/{webhook["id"]}");
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/webhooks/{webhook["id"]}/deliveries");
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Post, $"/api/v1/webhooks/{webhook["id"]}/test");
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Delete, $"/api/v1/webhooks/{webhook["id"]}");
    }

    [Fact]
    public async Task A_webhook_has_one_test_at_a_time()
    {
        using var receiver = Receiver.Answering(500);
        var webhook = await CreateAsync(receiver);
        await api.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", new JsonObject());

        await api.ProblemAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/api/v1/webhooks/{webhook["id"]}/test");
    }

    [Fact]
    public async Task Deliveries_are_listed_newest_first_page_by_page()
    {
        using var receiver = Receiver.Answering(200);
        var webhook = await CreateAsync(receiver);
        for (var i = 0; i < 3; i++)
        {
            await api.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", new JsonObject());
            await DeliveredAsync(webhook);
        }

        var path = $"/api/v1/webhooks/{webhook["id"]}/deliveries";
        var first = await api.GetAsync($"{path}?pageSize=2");
        var second = await api.GetAsync($"{path}?pageSize=2&pageToken={first["nextPageToken"]}");

        var ids = first["items"]!.AsArray().Concat(second["items"]!.AsArray())
            .Select(delivery => (string)delivery!["id"]!).ToList();
        Assert.Equal(receiver.Messages.Select(message => message.Headers["webhook-id"]).Reverse(), ids);
        Assert.Null(second["nextPageToken"]);
    }

    [Fact]
    public async Task An_invalid_URL_is_refused_with_the_name_of_its_field()
    {
        Assert.Equal(
            ["url"],
            await api.InvalidFieldsAsync(
                HttpMethod.Post, "/api/v1/webhooks", """{ "url": "https://user@example.org" }"""));
        Assert.Equal(["url"], await api.InvalidFieldsAsync(HttpMethod.Post, "/api/v1/webhooks", """{ "url": 3 }"""));
        Assert.Equal(
            ["url"],
            await api.InvalidFieldsAsync(
                HttpMethod.Post, "/api/v1/webhooks", """{ "url": "http://xn--\u00fc.com/" }"""));
        Assert.Equal(["url"], await api.InvalidFieldsAsync(HttpMethod.Post, "/api/v1/webhooks", "{}"));
        Assert.Equal(
            ["secret", "url"],
            (await api.InvalidFieldsAsync(HttpMethod.Post, "/api/v1/webhooks", """{ "secret": "mine" }""")).Order());
    }

    private SweepWatch Watch => api.Services.GetRequiredService<SweepWatch>();

    private Task<JsonObject> CreateAsync(Receiver receiver) =>
        CreateAsync($"http://localhost:{receiver.Port}/hook?who=me");

    private Task<JsonObject> CreateAsync(string url) =>
        api.PostAsync("/api/v1/webhooks", new JsonObject { ["url"] = url }, HttpStatusCode.Created);

    private async Task<Guid> EndedAsync()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));
        await api.Situations.TrainAsync(sweep, (_, _) => 0);
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await db.WebhookDeliveries.AnyAsync(delivery => delivery.SweepId == sweep, limit.Token))
            await Watch.LookAsync(limit.Token);
        return sweep;
    }

    private Task<JsonNode> DeliveredAsync(JsonNode webhook) =>
        UntilAsync(webhook, newest => newest["deliveredAt"] is not null);

    /// <summary>Returns the newest delivery as soon as the condition holds.</summary>
    /// <param name="meanwhile">Called before each check.</param>
    private async Task<JsonNode> UntilAsync(JsonNode webhook, Func<JsonNode, bool> isSo, Func<Task>? meanwhile = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            if (meanwhile is not null) await meanwhile();
            var newest = (await DeliveriesAsync(webhook)).FirstOrDefault();
            if (newest is not null && isSo(newest)) return newest;
            Assert.False(limit.IsCancellationRequested, $"Waited in vain: {newest?.ToJsonString()}");
            await look.WaitForNextTickAsync();
        }
    }

    private async Task<List<JsonNode>> DeliveriesAsync(JsonNode webhook) =>
        [.. (await api.GetAsync($"/api/v1/webhooks/{webhook["id"]}/deliveries"))["items"]!.AsArray()
            .Select(delivery => delivery!)];

    /// <summary>Ends the pause of a message whose last attempt has its response: the response sets the pause.</summary>
    private async Task LetThePauseBeOverAsync(JsonNode webhook)
    {
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        await db.Database.ExecuteSqlAsync(
            $"UPDATE webhook_deliveries SET next_attempt_at = now() WHERE webhook_id = {(Guid)webhook["id"]!}");
    }

    /// <summary>Verifies the signature as a receiver does, from the headers and the bytes of the body.</summary>
    private static void AssertSigned(Received message, string secret)
    {
        var sent = DateTimeOffset.FromUnixTimeSeconds(
            long.Parse(message.Headers["webhook-timestamp"], CultureInfo.InvariantCulture));
        Assert.InRange(TimeProvider.System.GetUtcNow() - sent, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(5));
        using var hmac = IncrementalHash.CreateHMAC(
            HashAlgorithmName.SHA256, Convert.FromBase64String(secret.Split('_')[1]));
        foreach (var part in new[] { message.Headers["webhook-id"], ".", message.Headers[
            "webhook-timestamp"], ".", message.Body })
            hmac.AppendData(Encoding.UTF8.GetBytes(part));
        Assert.Equal($"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}", message.Headers["webhook-signature"]);
    }
}
