using Hangfire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using PieService.Domain;
using PieService.Domain.Pies;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Hosting;
using PieService.Worker;
using PieService.Worker.Artifacts;
using PieService.Worker.Doctor;
using PieService.Worker.Hub;
using PieService.Worker.Machines;
using PieService.Worker.Resources;
using PieService.Worker.Supervision;
using PieService.Worker.Trainers;

if (args is [ModelCommand.Name, .. var modelArguments])
{
    Environment.ExitCode = await ModelCommand.RunAsync(modelArguments);
    return;
}

if (args is [DoctorCommand.Name])
{
    Environment.ExitCode = await DoctorCommand.RunAsync(Environment.GetEnvironmentVariable, TimeProvider.System);
    return;
}
if (args is [TrainerProcess.Trainer or TrainerProcess.Arithmetic])
{
    TrainerProcess.Start(args[0]);
    return;
}
if (WorkerCommandLine.Parse(args) is { Answer: { } answer, ExitCode: var exitCode })
{
    await (exitCode == 0 ? Console.Out : Console.Error).WriteLineAsync(answer);
    Environment.ExitCode = exitCode;
    return;
}

WorkerSettings settings;
try
{
    settings = WorkerSettings.From(Environment.GetEnvironmentVariable);
}
catch (FormatException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    Environment.ExitCode = 1;
    return;
}

var untilIdle = WorkerCommandLine.Parse(args).UntilIdle;
var builder = Host.CreateApplicationBuilder();
var (services, configuration) = (builder.Services, builder.Configuration);
var logFormat = configuration[LogSetup.FormatSetting];
var identity = WorkerIdentity.Create();

// Settings
var folders = PieFolders.From(name => configuration[name]);
services.AddSingleton(folders);
services.AddSingleton(settings);
services.AddSingleton(TimeProvider.System);
services.AddSingleton(identity);
TimeSpan stopsWithin;
string? configured;
try
{
    builder.Logging.AddLines(logFormat).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning)
        .AddFilter("Hangfire", LogLevel.Warning);
    builder.AddWorkerTelemetry(identity);
    services.AddSingleton(LeaseSettings.From(name => configuration[name]));
    configured = DatabaseSetting.From(configuration);
    stopsWithin = TimeSpan.FromSeconds(
        Settings.Number(name => configuration[name], "PIE_STOP_SECONDS", 150, 2, 86_400));
}
catch (FormatException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    Environment.ExitCode = 1;
    return;
}
// To hand a run back, the worker must end its trainer and update the database.
services.Configure<HostOptions>(host => host.ShutdownTimeout = stopsWithin);

// A worker whose trainers cannot start would fail run after run; a worker with wrong arithmetic takes no runs
try
{
    var arithmetic = await ProvenArithmetic.OfAsync(settings, TimeProvider.System);
    // A service stays, so that GET /system shows the reason; a job of a batch system would wait for nothing.
    if (untilIdle is not null && arithmetic.Problem is { } problem) throw new TrainerFailedException(problem);
    services.AddSingleton(arithmetic);
}
catch (TrainerFailedException unfit)
{
    await Console.Error.WriteLineAsync($"This worker cannot train. {unfit.Message}");
    Environment.ExitCode = 1;
    return;
}

// The database: the configured one, or the private one of the API on this machine
using var startup = LoggerFactory.Create(logging => logging.AddLines(logFormat));
var (connectionString, installation) = await SchemaWait.ForAsync(
    configured, folders, startup.CreateLogger<SchemaWait>(), TimeProvider.System);
services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
services.AddPooledDbContextFactory<PieDbContext>(
    (provider, options) => PieDbContext.Configure(options, provider.GetRequiredService<NpgsqlDataSource>()));
services.AddSingleton<RunLeases>();

services.AddRowChanges(connectionString);

// Training
services.AddSingleton(installation);
services.AddSingleton<DatasetCache>();
services.AddSingleton<ArtifactFolder>();
services.AddSingleton<VectorFolder>();
services.AddSingleton<CheckpointFolder>();
services.AddSingleton(provider => TrainerMemory.Of(provider.GetRequiredService<WorkerSettings>()));
services.AddSingleton<DeviceMemory>();
services.AddSingleton<ModelInventory>();
services.AddHostedService(provider => provider.GetRequiredService<ModelInventory>());
services.AddHostedService<CoverageWatch>();
services.AddSingleton<TrainerPool>();
services.AddSingleton<TrainingSlots>();
services.AddSingleton<ResourceGuard>();
services.AddHostedService(provider => provider.GetRequiredService<ResourceGuard>());
services.AddSingleton<DeviceWatch>();
services.AddHostedService(provider => provider.GetRequiredService<DeviceWatch>());
services.AddSingleton<LeaseKeeper>();
services.AddHostedService(provider => provider.GetRequiredService<LeaseKeeper>());
services.AddHostedService<ArtifactCleanup>();
services.AddSingleton<SlotRecovery>();
services.AddSingleton<RunClaim>();
services.AddSingleton<RunPreparation>();
services.AddSingleton<RunReport>();
services.AddSingleton<FailedResources>();
services.AddSingleton<RunMeter>();
services.AddSingleton<TrainNextRun>();
services.AddSingleton<ITrainNextRun>(provider => provider.GetRequiredService<TrainNextRun>());
services.AddHostedService<SlotWatch>();
services.AddSingleton<ComparisonLabels>();
services.AddTransient<LabelComparison>();
services.AddTransient<ILabelComparison, LabelNextComparison>();

// The queue: labelling has its own server, so that it never waits for hours of training
services.AddQueue(connectionString, maxPoolSize: (2 * settings.Slots) + 8);
services.AddHangfireServer(server => Serve(server, QueueStorage.RunQueue, settings.Slots, stopsWithin));
services.AddHangfireServer(server => Serve(server, QueueStorage.LabelQueue, 1, stopsWithin));
if (untilIdle is { } idle)
    services.AddHostedService(provider => ActivatorUtilities.CreateInstance<IdleWatch>(provider, idle));

var host = builder.Build();
host.Services.GetRequiredService<ProvenArithmetic>().Log(settings, startup.CreateLogger("PieService.Worker"));
WorkerLog.Ready(
    startup.CreateLogger("PieService.Worker"), host.Services.GetRequiredService<WorkerIdentity>().Id, settings.Slots,
    string.Join(", ", settings.Devices.Select(device => device.Name)), settings.Threads);
await host.RunAsync();

static void Serve(BackgroundJobServerOptions server, string queue, int workers, TimeSpan stopsWithin)
{
    server.Queues = [queue];
    server.WorkerCount = workers;
    // A server that had no database for this time starts all its threads again, while the old ones still run.
    server.ServerTimeout = TimeSpan.FromHours(24);
    server.CancellationCheckInterval = TimeSpan.FromSeconds(5);
    // The host still has to end other services in the rest of the time.
    server.ShutdownTimeout = stopsWithin * 0.8;
}
