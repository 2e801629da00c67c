using System.Net;

namespace PieService.Api.Tests.Pages;

public sealed class SweepActionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_sweep_is_paused_resumed_cancelled_and_deleted_by_the_buttons_of_its_page()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));
        var address = $"/ui/sweeps/{sweep}";

        Assert.Equal((HttpStatusCode.SeeOther, address), await PressAsync(address, $"{address}/pause"));
        Assert.Equal("paused", await StateAsync(sweep));
        Assert.Equal((HttpStatusCode.SeeOther, address), await PressAsync(address, $"{address}/resume"));
        Assert.Equal("queued", await StateAsync(sweep));
        Assert.Equal((HttpStatusCode.SeeOther, address), await PressAsync($"{address}/cancel", $"{address}/cancel"));
        Assert.Equal("cancelled", await StateAsync(sweep));
        Assert.Equal(
            (HttpStatusCode.SeeOther, "/ui/sweeps"), await PressAsync($"{address}/delete", $"{address}/delete"));
        Assert.Equal(HttpStatusCode.NotFound, (await Html.GetAsync(api.Client, address)).Status);
    }

    [Fact]
    public async Task The_failed_runs_of_a_sweep_are_retried_by_a_button()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));
        var run = Assert.Single(await api.Situations.RunsOfAsync(sweep));
        await api.Situations.Leases.FailAttemptAsync(
            await api.Situations.ClaimAsync(run.Id), "broken", retry: false, CancellationToken.None);
        var address = $"/ui/sweeps/{sweep}";

        Assert.Equal((HttpStatusCode.SeeOther, address), await PressAsync(address, $"{address}/retry-failed"));
        Assert.Equal("queued", await StateAsync(sweep));
    }

    [Fact]
    public async Task A_sweep_at_work_is_not_deleted()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));

        using var refused = await api.Client.PostAsync($"/ui/sweeps/{sweep}/delete", Empty());

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("still running", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dataset_is_deleted_after_a_question_unless_a_sweep_uses_it()
    {
        var (free, used) = (await api.Situations.DatasetAsync(), await api.Situations.DatasetAsync());
        await api.SubmitAsync(Situations.Request(used, seeds: 1));
        var page = await Html.FoundAsync(api.Client, $"/ui/datasets/{free.Id}");

        Assert.Contains($"/ui/datasets/{free.Id}/delete", page.Addresses);
        Assert.Equal(
            (HttpStatusCode.SeeOther, "/ui/datasets"),
            await PressAsync($"/ui/datasets/{free.Id}/delete", $"/ui/datasets/{free.Id}/delete"));
        using var refused = await api.Client.PostAsync($"/ui/datasets/{used.Id}/delete", Empty());
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("is used by sweeps", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode, string)> PressAsync(string page, string action)
    {
        Assert.Contains(action, (await Html.FoundAsync(api.Client, page)).Actions);
        using var response = await api.Client.PostAsync(action, Empty());
        return (response.StatusCode, $"{response.Headers.Location}");
    }

    private static FormUrlEncodedContent Empty() => new([]);

    private async Task<string?> StateAsync(Guid sweep) =>
        (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"];
}
