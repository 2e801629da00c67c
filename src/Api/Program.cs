using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Api;
using PieService.Api.Access;
using PieService.Api.Backups;
using PieService.Api.Bundles;
using PieService.Api.Comparisons;
using PieService.Api.Database;
using PieService.Api.Datasets;
using PieService.Api.Dispatch;
using PieService.Api.Events;
using PieService.Api.Figures;
using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Api.Models;
using PieService.Api.OpenApi;
using PieService.Api.Pages;
using PieService.Api.PredictionImports;
using PieService.Api.Reports;
using PieService.Api.Runs;
using PieService.Api.SweepAnalysis;
using PieService.Api.Sweeps;
using PieService.Api.Tables;
using PieService.Api.Uploads;
using PieService.Api.Webhooks;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Hosting;

if (args is ["key", .. var keyArguments]) return await KeyCommand.RunAsync(keyArguments);
if (args is [BackupCommand.Backup or BackupCommand.Restore, ..]) return await BackupCommand.RunAsync(args);

// The settings are beside the program, whatever the current folder is.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory,
});
var (services, configuration) = (builder.Services, builder.Configuration);

// Settings
var folders = PieFolders.From(name => configuration[name]);
services.AddSingleton(folders);
services.AddSingleton(TimeProvider.System);
// A slow request must not use the time in which the imports and the deliveries of webhooks are ended in order.
services.Configure<HostOptions>(options => options.ServicesStopConcurrently = true);
var logFormat = configuration[LogSetup.FormatSetting];
AccessSettings access;
string? connectionString;
try
{
    builder.Logging.AddLines(logFormat);
    builder.AddApiTelemetry();
    services.AddSingleton(LeaseSettings.From(name => configuration[name]));
    access = AccessSettings.From(configuration);
    connectionString = DatabaseSetting.From(configuration);
}
catch (FormatException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 1;
}

// The database: the configured one, or a private one that this process owns
using var startup = LoggerFactory.Create(
    logging => logging.AddConfiguration(configuration.GetSection("Logging")).AddLines(logFormat));
PrivatePostgres? cluster = null;
if (connectionString is null)
{
    try
    {
        cluster = await PrivatePostgres.StartAsync(
            folders, configuration[PostgresBinaries.Setting], startup.CreateLogger<PrivatePostgres>());
    }
    catch (Exception cannot) when (cannot is InvalidOperationException or NpgsqlException)
    {
        // The message is for the user who starts the service: a missing program, a folder in use, a wrong password.
        await Console.Error.WriteLineAsync(cannot.Message);
        return 1;
    }
    services.AddSingleton(cluster);
    services.AddHostedService<ClusterKeeper>();
    connectionString = cluster.ConnectionString;
}
// The server ends with this process, whatever happens from here on.
await using var owned = cluster;
try
{
    connectionString = DatabaseAddress.Bounded(connectionString);
    await Migrator.MigrateAsync(connectionString, CancellationToken.None);
}
catch (InvalidOperationException cannot) when (cannot is UnknownMigrationsException or UnfinishedRestoreException)
{
    await Console.Error.WriteLineAsync(cannot.Message);
    return 1;
}
catch (Exception cannot) when (cannot is NpgsqlException or ArgumentException)
{
    await Console.Error.WriteLineAsync(
        $"The database cannot be used. Check the setting ConnectionStrings__Pie. {cannot.Message}");
    return 1;
}
services.AddSingleton(new DatabaseAddress(connectionString));
services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
services.AddPooledDbContextFactory<PieDbContext>(
    (provider, options) => PieDbContext.Configure(options, provider.GetRequiredService<NpgsqlDataSource>()));
services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContext());
services.AddSingleton<SweepStore>();
services.AddSingleton<ImportedSweeps>();
services.AddSingleton<BundleImport>();
services.AddSingleton<RunLeases>();

// The queue
services.AddQueue(connectionString, maxPoolSize: 5);
services.AddRowChanges(connectionString);
services.AddHostedService<Dispatcher>();

// HTTP
builder.WebHost.AddRequestForm();
services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));
// Before the writer of the API, because the first writer that accepts a problem writes it.
services.AddPages();
services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
services.AddProblemDetails();
services.AddSingleton<IdempotencyKey>();
services.AddExceptionHandler<Problems>();
services.AddAccess(access);
services.AddImports();
services.AddDatasets();
services.AddPredictionImports();
services.AddSingleton<SentFiles>();
services.AddSingleton<FigureSlots>();
services.AddEvents();
services.AddWebhooks();
services.AddPieOpenApi();

var app = builder.Build();
app.UseRequestLog();
app.UseSecurityHeaders();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.UseRequestForm();
// Routing comes after UseRequestForm, which turns HEAD into GET: there are no routes for HEAD.
app.UseRouting();
app.UseAccess();
// After the rate limit of each client, which must respond to a client above its rate even under overload.
app.UseRequestLimit();
app.UsePieOpenApi();
app.UseEmptyFields();
app.UseMiddleware<Audit>();
// The second exception handler is inside the audit, which must record the status of a failure.
app.UseExceptionHandler();
app.UseAuthorization();
app.UseDashboardProblems();
app.MapHealth();
app.MapMetrics();
app.MapDashboard();
app.MapPages();
var api = app.MapGroup("/api/v1").AddEndpointFilter<EntityTags>();
api.MapSystem();
api.MapDoctor();
api.MapModels();
api.MapDatasets();
api.MapImports();
api.MapPredictionImports();
api.MapExamples();
api.MapSubgroups();
api.MapSweeps();
api.MapBundles();
api.MapEvents();
api.MapRuns();
api.MapComparisons();
api.MapExampleVotes();
api.MapSweepAnalysis();
api.MapFigures();
api.MapReports();
api.MapExampleFigures();
api.MapWebhooks();
api.MapAudit();
if (access.RequireKeys && !await AccessSetup.HasKeyAsync(app.Services))
{
    await Console.Error.WriteLineAsync(
        "This service requires API keys, and no key exists. Create the first one: ./pie key add NAME --role admin");
    return 1;
}
app.Run();
return 0;
