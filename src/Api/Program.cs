using Hangfire;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Api;
using PieService.Api.Comparisons;
using PieService.Api.Database;
using PieService.Api.Datasets;
using PieService.Api.Dispatch;
using PieService.Api.Http;
using PieService.Api.OpenApi;
using PieService.Api.Runs;
using PieService.Api.Sweeps;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Queue;

// Settings lie beside the program, wherever it is started from.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
var (services, configuration) = (builder.Services, builder.Configuration);

// Settings
var folders = PieFolders.From(name => configuration[name]);
services.AddSingleton(folders);
services.AddSingleton(LeaseSettings.From(name => configuration[name]));
services.AddSingleton(TimeProvider.System);

// The database: the configured one, or a private one that this process owns
using var startup = LoggerFactory.Create(logging => logging.AddConfiguration(configuration.GetSection("Logging")).AddConsole());
var connectionString = configuration.GetConnectionString("Pie");
DevelopmentCluster? cluster = null;
if (string.IsNullOrEmpty(connectionString))
{
    try
    {
        cluster = await DevelopmentCluster.StartAsync(folders, configuration[PostgresBinaries.Setting], startup.CreateLogger<DevelopmentCluster>());
    }
    catch (InvalidOperationException cannot)
    {
        // Written for whoever starts the service: missing programs, a folder in use.
        await Console.Error.WriteLineAsync(cannot.Message);
        return 1;
    }
    services.AddSingleton(cluster);
    services.AddHostedService<ClusterKeeper>();
    connectionString = cluster.ConnectionString;
}
// Whatever happens from here on, the server ends with this process.
await using var owned = cluster;
await Migrator.MigrateAsync(connectionString, CancellationToken.None);
services.AddSingleton(new DatabaseAddress(connectionString));
services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
services.AddPooledDbContextFactory<PieDbContext>((provider, options) => PieDbContext.Configure(options, provider.GetRequiredService<NpgsqlDataSource>()));
services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContext());
services.AddSingleton<SweepStore>();
services.AddSingleton<RunLeases>();

// The queue
services.AddSingleton<IBackgroundJobClientV2>(_ => new BackgroundJobClient(QueueStorage.Open(connectionString, maxPoolSize: 5)));
services.AddSingleton<DispatchBell>();
services.AddHostedService<Dispatcher>();

// HTTP
services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));
// Asked before the platform's own.
services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
services.AddProblemDetails(options => options.CustomizeProblemDetails = Problems.Complete);
services.AddExceptionHandler<Problems>();
services.AddDatasets();
services.AddPieOpenApi();

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.UsePieOpenApi();
app.MapHealth();
var api = app.MapGroup("/api/v1");
api.MapSystem();
api.MapDatasets();
api.MapExamples();
api.MapSweeps();
api.MapRuns();
api.MapComparisons();
api.MapPies();
api.MapExampleVotes();
api.MapExamplePredictions();
app.Run();
return 0;
