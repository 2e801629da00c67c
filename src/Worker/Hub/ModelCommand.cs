using PieService.Domain;

namespace PieService.Worker.Hub;

/// <summary>
/// <c>./pie model</c>: a command of the worker's program that downloads a checkpoint, without the tensor library.
/// </summary>
public static class ModelCommand
{
    /// <summary>The first argument of the program.</summary>
    public const string Name = "model";

    private const string DefaultHub = "https://huggingface.co";

    private const string Usage =
        "./pie model get NAME, where NAME is a model of the hub, such as google-bert/bert-base-uncased";

    /// <returns>The exit code: 0 if the checkpoint exists, 1 if it does not, 2 if the arguments are wrong.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not ["get", var name] || HubModel.Parse(name) is not { } model)
            return await FailAsync(Usage, 2);
        try
        {
            using var http = new HttpMessageInvoker(new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = TimeSpan.FromSeconds(20),
                UseCookies = false,
            });
            var hub = HubAddress(Environment.GetEnvironmentVariable("PIE_HUB"));
            var client = new HubClient(new HubRequests(hub, http), TimeProvider.System, Console.Out);
            var models = PieFolders.From(Environment.GetEnvironmentVariable).Models;
            await new ModelDownload(client, hub, models, Console.Out).RunAsync(model);
            return 0;
        }
        catch (Exception refused) when (refused is HubException or IOException or UnauthorizedAccessException)
        {
            return await FailAsync(refused.Message, 1);
        }
    }

    private static Uri HubAddress(string? setting)
    {
        if (string.IsNullOrEmpty(setting)) setting = DefaultHub;
        return Uri.TryCreate(setting, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new HubException($"PIE_HUB is '{setting}'; it must be an address such as {DefaultHub}.");
    }

    private static async Task<int> FailAsync(string text, int exitCode)
    {
        await Console.Error.WriteLineAsync($"pie: {Name}: {text}");
        return exitCode;
    }
}
