using Microsoft.EntityFrameworkCore;
using PieService.Domain.Access;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Texts;
using PieService.Domain.Foreign;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;
using PieService.Domain.Webhooks;

namespace PieService.Domain.Storage;

/// <summary>Every table, key and index. Functions and views are in Scheduling.sql and Research.sql.</summary>
public sealed class PieDbContext(DbContextOptions<PieDbContext> options) : DbContext(options)
{
    public DbSet<Dataset> Datasets => Set<Dataset>();
    public DbSet<Example> Examples => Set<Example>();
    public DbSet<TextValues> TextValues => Set<TextValues>();
    public DbSet<Subgroup> Subgroups => Set<Subgroup>();
    public DbSet<Import> Imports => Set<Import>();
    public DbSet<Sweep> Sweeps => Set<Sweep>();
    public DbSet<SweepProgress> SweepProgress => Set<SweepProgress>();
    public DbSet<SweepTotals> SweepTotals => Set<SweepTotals>();
    public DbSet<SweepDocuments> SweepDocuments => Set<SweepDocuments>();
    public DbSet<SweepRun> SweepRuns => Set<SweepRun>();
    public DbSet<SweepEvent> SweepEvents => Set<SweepEvent>();
    public DbSet<Run> Runs => Set<Run>();
    public DbSet<ModelPin> ModelPins => Set<ModelPin>();
    public DbSet<KnownCoverage> VectorCoverages => Set<KnownCoverage>();
    public DbSet<RunMetric> RunMetrics => Set<RunMetric>();
    public DbSet<RunPredictions> RunPredictions => Set<RunPredictions>();
    public DbSet<RunObservation> RunObservations => Set<RunObservation>();
    public DbSet<RunAnswers> RunAnswers => Set<RunAnswers>();
    public DbSet<Comparison> Comparisons => Set<Comparison>();
    public DbSet<PieLabel> PieLabels => Set<PieLabel>();
    public DbSet<Influence> Influences => Set<Influence>();
    public DbSet<TrainingMap> TrainingMaps => Set<TrainingMap>();
    public DbSet<ClassScores> ClassScores => Set<ClassScores>();
    public DbSet<ComparisonAnalysis> ComparisonAnalyses => Set<ComparisonAnalysis>();
    public DbSet<TextEffects> TextEffects => Set<TextEffects>();
    public DbSet<FittingBatch> FittingBatches => Set<FittingBatch>();
    public DbSet<BatchTrial> BatchTrials => Set<BatchTrial>();
    public DbSet<WorkerBeat> Workers => Set<WorkerBeat>();
    public DbSet<Webhook> Webhooks => Set<Webhook>();
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<AuditEntry> Audit => Set<AuditEntry>();
    public DbSet<IdempotentRequest> IdempotentRequests => Set<IdempotentRequest>();

    /// <summary>The predictions of all runs of a dataset for one of its examples.</summary>
    public IQueryable<ExamplePrediction> PredictionsFor(
        Guid datasetId, LearningTask task, Split split, int position) =>
        Set<ExamplePrediction>().FromSql($"""
            SELECT * FROM pie_packed_predictions(
                {datasetId}, {Wire.Name(split)}, {position}, {task == LearningTask.MultiLabel})
            """).AsNoTracking();

    /// <summary>The workers that have sent a heartbeat in the last 30 seconds.</summary>
    public IQueryable<WorkerBeat> LiveWorkers =>
        Workers.FromSql($"SELECT * FROM live_workers").OrderBy(worker => worker.Id).AsNoTracking();

    /// <summary>Every dataset with the oldest dataset that has the same content.</summary>
    public IQueryable<KnownDataset> KnownDatasets =>
        from dataset in Datasets
        select new KnownDataset
        {
            Dataset = dataset,
            SameContentAs = Datasets
                .Where(older => older.ContentHash == dataset.ContentHash && older.CreatedAt < dataset.CreatedAt)
                .OrderBy(older => older.CreatedAt).Select(older => (Guid?)older.Id).FirstOrDefault(),
        };

    public static void Configure(DbContextOptionsBuilder builder, Npgsql.NpgsqlDataSource database) =>
        builder.UseNpgsql(database).UseSnakeCaseNamingConvention();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Dataset>(dataset =>
        {
            dataset.Property(d => d.Splits).IsJson();
            dataset.Property(d => d.Dropped).IsJson();
            dataset.Property(d => d.Dropped).HasDefaultValueSql("'{}'");
            dataset.Property(d => d.Quality).IsJson();
            dataset.Property(d => d.Attributes).HasDefaultValueSql("'{}'");
            dataset.HasIndex(d => d.CreatedAt);
            dataset.HasIndex(d => new { d.ContentHash, d.CreatedAt });
        });
        modelBuilder.Entity<Example>(example =>
        {
            example.HasKey(e => new { e.DatasetId, e.Split, e.Position });
            example.HasIndex(e => e.Id).IsUnique();
            example.Property(e => e.Attributes).IsJson();
            example.HasOne<Dataset>().WithMany().HasForeignKey(e => e.DatasetId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<TextValues>(values =>
        {
            values.HasKey(v => new { v.DatasetId, v.Split, v.Part, v.Measure, v.Syllables, v.Start });
            values.HasOne<Dataset>().WithMany().HasForeignKey(v => v.DatasetId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<Subgroup>(subgroup =>
        {
            subgroup.Property(s => s.Where).IsJson();
            subgroup.Property(s => s.CreatedAt).HasDefaultValueSql("now()");
            subgroup.HasIndex(s => new { s.DatasetId, s.Name }).IsUnique();
            subgroup.HasOne<Dataset>().WithMany().HasForeignKey(s => s.DatasetId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<Import>(import =>
        {
            import.Property(i => i.Problem).HasColumnType("jsonb");
            import.Property(i => i.Read).IsJson();
            import.Property(i => i.Bundle).IsJson();
            import.Property(i => i.CreatedAt).HasDefaultValueSql("now()");
            import.Property(i => i.BeatAt).HasDefaultValueSql("now()");
            import.HasIndex(i => i.BeatAt).HasFilter("state IN ('queued', 'running')")
                .HasDatabaseName("ix_imports_open");
        });
        modelBuilder.Entity<Sweep>(sweep =>
        {
            sweep.Property(s => s.Request).IsJson();
            sweep.Property(s => s.Foreign).HasColumnName("foreign_cohorts").IsJson();
            sweep.ToTable(table => table.HasCheckConstraint(
                "ck_sweeps_request_or_foreign_cohorts", "(request IS NULL) <> (foreign_cohorts IS NULL)"));
            sweep.Property(s => s.CreatedAt).HasDefaultValueSql("now()");
            sweep.HasOne<Dataset>().WithMany().HasForeignKey(s => s.DatasetId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<SweepDocuments>(documents =>
        {
            documents.HasKey(d => d.SweepId);
            documents.HasOne<Sweep>().WithOne().HasForeignKey<SweepDocuments>(d => d.SweepId)
                .OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<SweepProgress>(progress => progress.HasNoKey().ToView("sweep_progress"));
        modelBuilder.Entity<SweepTotals>(totals =>
        {
            totals.HasKey(t => t.SweepId);
            totals.Property(t => t.Predictions).IsJson();
            totals.HasOne<Sweep>().WithOne().HasForeignKey<SweepTotals>(t => t.SweepId)
                .OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<SweepRun>(link =>
        {
            link.HasKey(l => new { l.SweepId, l.RunId });
            link.HasIndex(l => l.RunId);
            link.HasIndex(l => new { l.SweepId, l.Ordinal });
            link.HasIndex(l => new { l.SweepId, l.Ordinal }, "baselines").HasFilter("is_baseline")
                .HasDatabaseName("ix_sweep_runs_baselines");
            link.Property(l => l.DeviceWish).HasDefaultValue(DeviceWish.Any);
            link.HasOne<Sweep>().WithMany().HasForeignKey(l => l.SweepId).OnDelete(DeleteBehavior.Cascade);
            link.HasOne<Run>().WithMany().HasForeignKey(l => l.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<SweepEvent>(told =>
        {
            told.HasKey(e => new { e.SweepId, e.Number });
            told.Property(e => e.Number).ValueGeneratedNever();
            told.Property(e => e.At).HasDefaultValueSql("now()");
            told.Property(e => e.Data).HasColumnType("jsonb");
            told.HasOne<Sweep>().WithMany().HasForeignKey(e => e.SweepId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<Run>(run =>
        {
            run.Property(r => r.Recipe).IsJson();
            run.Property(r => r.Outcome).IsJson();
            run.Property(r => r.ImportedScore).IsJson();
            run.ToTable(table => table.HasCheckConstraint(
                "ck_runs_recipe_or_cohort", "(recipe IS NULL) <> (cohort IS NULL)"));
            run.Property(r => r.Priority).HasConversion<short>();
            run.Property(r => r.IsRepeatable).HasDefaultValue(true);
            run.Property(r => r.PredictAgain).HasDefaultValue(false);
            run.Property(r => r.DeviceWish).HasDefaultValue(DeviceWish.Any);
            run.Property(r => r.Notes).HasDefaultValueSql("'{}'");
            run.Property(r => r.ObservedEpochs).HasDefaultValueSql("'{}'");
            run.Ignore(r => r.Model);
            run.Ignore(r => r.VectorCoverage);
            run.HasIndex(r => new { r.DatasetId, r.Fingerprint, r.Seed }).IsUnique();
            run.HasIndex(r => new { r.DatasetId, r.Id });
            run.HasIndex(r => new { r.Priority, r.CreatedAt, r.Ordinal }).HasFilter("state IN ('queued', 'running')")
                .HasDatabaseName("ix_runs_open");
            run.HasIndex(r => r.LeaseUntil).HasFilter("state = 'running'").HasDatabaseName("ix_runs_running");
            run.HasIndex(r => r.NotBefore).HasFilter("state = 'queued' AND not_before IS NOT NULL")
                .HasDatabaseName("ix_runs_delayed");
            run.HasIndex(r => r.TrunkRunId);
            run.HasOne<Dataset>().WithMany().HasForeignKey(r => r.DatasetId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<ModelPin>(pin =>
        {
            pin.HasKey(p => new { p.DatasetId, p.Kind, p.Name });
            pin.HasOne<Dataset>().WithMany().HasForeignKey(p => p.DatasetId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<KnownCoverage>(coverage => coverage.HasKey(c => new { c.DatasetHash, c.VectorsSha256 }));
        modelBuilder.Entity<RunMetric>(metric =>
        {
            metric.HasKey(m => new { m.RunId, m.Epoch, m.Split });
            metric.HasOne<Run>().WithMany().HasForeignKey(m => m.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<RunPredictions>(predictions =>
        {
            predictions.HasKey(p => new { p.RunId, p.Split });
            predictions.HasOne<Run>().WithMany().HasForeignKey(p => p.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<RunAnswers>(answers =>
        {
            answers.HasKey(a => new { a.RunId, a.Split, a.Start });
            answers.HasOne<Run>().WithMany().HasForeignKey(a => a.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<RunObservation>(observation =>
        {
            observation.HasKey(o => new { o.RunId, o.Epoch });
            observation.HasOne<Run>().WithMany().HasForeignKey(o => o.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ExamplePrediction>(prediction => prediction.HasNoKey().ToTable((string?)null));
        modelBuilder.Entity<Comparison>(comparison =>
        {
            comparison.Property(c => c.Summary).IsJson();
            comparison.Property(c => c.Stated).IsJson();
            // The numbers of a bundle may be larger than those of jsonb.
            comparison.Property(c => c.Stated).HasColumnType("json");
            comparison.HasIndex(c => c.SweepId).HasFilter("cardinality(stated_differences) > 0")
                .HasDatabaseName("ix_comparisons_other_than_stated");
            comparison.Ignore(c => c.Kind);
            comparison.Ignore(c => c.Warnings);
            comparison.Property(c => c.LabellingAttempts).HasDefaultValue(0);
            comparison.Property(c => c.Number).ValueGeneratedOnAdd();
            comparison.HasIndex(c => new { c.SweepId, c.Ordinal }).IsUnique();
            // The condition is that of NOT pie_is_labelled, which PostgreSQL replaces by its body.
            comparison.HasIndex(c => c.LabelledAt).HasFilter("NOT coalesce(labelled_at >= labelling_asked_at, false)")
                .HasDatabaseName("ix_comparisons_unlabelled");
            comparison.HasOne<Sweep>().WithMany().HasForeignKey(c => c.SweepId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<PieLabel>(label =>
        {
            label.HasKey(l => new { l.ComparisonNumber, l.Position });
            // The wider columns first, so that no bytes are lost to alignment.
            string[] widestFirst =
            [
                nameof(PieLabel.Margin), nameof(PieLabel.El2n), nameof(PieLabel.P), nameof(PieLabel.Q),
                nameof(PieLabel.PairedP), nameof(PieLabel.PairedQ), nameof(PieLabel.Inclusion),
                nameof(PieLabel.Taxicab), nameof(PieLabel.Shift), nameof(PieLabel.SelfConfidence),
                nameof(PieLabel.ComparisonNumber), nameof(PieLabel.Position), nameof(PieLabel.DenseRuns),
                nameof(PieLabel.PrunedRuns), nameof(PieLabel.Gold), nameof(PieLabel.DenseMode),
                nameof(PieLabel.PrunedMode),
                nameof(PieLabel.InfluenceBin), nameof(PieLabel.IsPie), nameof(PieLabel.DenseTied),
                nameof(PieLabel.PrunedTied), nameof(PieLabel.Replicated), nameof(PieLabel.Direction),
                nameof(PieLabel.DenseVotes), nameof(PieLabel.PrunedVotes),
            ];
            foreach (var (place, name) in widestFirst.Index()) label.Property(name).HasColumnOrder(place);
            // In the order of a page of PIEs, which then reads as many rows as it returns.
            label.HasIndex(l => new { l.ComparisonNumber, l.Margin, l.Position }).IsDescending(false, true, false)
                .HasFilter("is_pie").HasDatabaseName("ix_pie_labels_pies");
            label.HasOne<Comparison>().WithMany().HasForeignKey(l => l.ComparisonNumber)
                .HasPrincipalKey(c => c.Number).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.HasDbFunction(() => PackedVotes.Of(default!, default)).HasName("pie_class");
        modelBuilder.Entity<Influence>(influence =>
        {
            influence.HasKey(i => new { i.ComparisonId, i.Epoch });
            influence.Property(i => i.Bins).IsJson();
            influence.HasOne<Comparison>().WithMany().HasForeignKey(i => i.ComparisonId)
                .OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<TrainingMap>(map =>
        {
            map.HasKey(m => m.ComparisonId);
            map.Property(m => m.Cells).IsJson();
            map.HasOne<Comparison>().WithOne().HasForeignKey<TrainingMap>(m => m.ComparisonId)
                .OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ClassScores>(scores =>
        {
            scores.HasKey(s => s.ComparisonId);
            scores.Property(s => s.Classes).IsJson();
            scores.HasOne<Comparison>().WithOne().HasForeignKey<ClassScores>(s => s.ComparisonId)
                .OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ComparisonAnalysis>(analysis =>
        {
            analysis.HasKey(a => a.ComparisonId);
            analysis.Property(a => a.AnalysedAt).HasDefaultValueSql("now()");
            analysis.Property(a => a.Result).IsJson();
            analysis.HasOne<Comparison>().WithOne().HasForeignKey<ComparisonAnalysis>(a => a.ComparisonId)
                .OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<TextEffects>(effects =>
        {
            effects.HasKey(e => new { e.ComparisonId, e.Part, e.Syllables });
            effects.Property(e => e.Effects).IsJson();
            effects.HasOne<Comparison>().WithMany().HasForeignKey(e => e.ComparisonId)
                .OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<FittingBatch>(batch =>
        {
            batch.HasKey(b => new { b.Fingerprint, b.Device });
            batch.Property(b => b.LearnedAt).HasDefaultValueSql("now()");
        });
        modelBuilder.Entity<BatchTrial>(trial =>
        {
            trial.HasKey(t => new { t.RunId, t.Device });
            trial.HasOne<Run>().WithMany().HasForeignKey(t => t.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<WorkerBeat>(worker =>
        {
            worker.ToTable("workers");
            worker.Property(w => w.Checkpoints).HasDefaultValueSql("'{}'");
            worker.Property(w => w.Models).IsJson();
            worker.Property(w => w.Models).HasDefaultValueSql("'[]'");
            worker.Property(w => w.Arithmetic).IsJson();
            worker.Property(w => w.Arithmetic).HasDefaultValueSql("'[]'");
            worker.Property(w => w.DeviceType).HasDefaultValue(ComputeDevice.Cpu);
            worker.Property(w => w.Devices).IsJson();
            worker.Property(w => w.Devices).HasDefaultValueSql("'[]'");
            worker.Property(w => w.Versions).HasDefaultValue("");
        });
        modelBuilder.Entity<Webhook>(webhook => webhook.Property(w => w.CreatedAt).HasDefaultValueSql("now()"));
        modelBuilder.Entity<WebhookDelivery>(delivery =>
        {
            delivery.Property(d => d.CreatedAt).HasDefaultValueSql("now()");
            delivery.Property(d => d.NextAttemptAt).HasDefaultValueSql("now()");
            delivery.HasIndex(d => new { d.WebhookId, d.SweepId, d.EventNumber }).IsUnique();
            delivery.HasIndex(d => d.NextAttemptAt).HasFilter("delivered_at IS NULL AND given_up_at IS NULL")
                .HasDatabaseName("ix_webhook_deliveries_due");
            delivery.HasOne<Webhook>().WithMany().HasForeignKey(d => d.WebhookId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ApiKey>(key =>
        {
            key.Property(k => k.CreatedAt).HasDefaultValueSql("now()");
            key.HasIndex(k => k.Prefix).IsUnique();
            key.HasIndex(k => k.Name).IsUnique().HasFilter("revoked_at IS NULL");
        });
        modelBuilder.Entity<AuditEntry>(entry =>
        {
            entry.ToTable("audit");
            entry.Property(e => e.At).HasDefaultValueSql("now()");
        });
        modelBuilder.Entity<IdempotentRequest>(request =>
        {
            request.HasKey(r => new { r.Client, r.Key });
            request.Property(r => r.CreatedAt).HasDefaultValueSql("now()");
            request.HasIndex(r => r.CreatedAt);
        });
    }

    /// <summary>
    /// Enums are stored by their wire names: readable in psql, and no PostgreSQL types to keep in step.
    /// </summary>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<LearningTask>().HaveConversion<WireConverter<LearningTask>>();
        configurationBuilder.Properties<Split>().HaveConversion<WireConverter<Split>>();
        configurationBuilder.Properties<PairPart>().HaveConversion<WireConverter<PairPart>>();
        configurationBuilder.Properties<TextMeasure>().HaveConversion<WireConverter<TextMeasure>>();
        configurationBuilder.Properties<SyllableRule>().HaveConversion<WireConverter<SyllableRule>>();
        configurationBuilder.Properties<Architecture>().HaveConversion<WireConverter<Architecture>>();
        configurationBuilder.Properties<Method>().HaveConversion<WireConverter<Method>>();
        configurationBuilder.Properties<Protocol>().HaveConversion<WireConverter<Protocol>>();
        configurationBuilder.Properties<PruningScope>().HaveConversion<WireConverter<PruningScope>>();
        configurationBuilder.Properties<SweepState>().HaveConversion<WireConverter<SweepState>>();
        configurationBuilder.Properties<SeedPairing>().HaveConversion<WireConverter<SeedPairing>>();
        configurationBuilder.Properties<RunState>().HaveConversion<WireConverter<RunState>>();
        configurationBuilder.Properties<ModelKind>().HaveConversion<WireConverter<ModelKind>>();
        configurationBuilder.Properties<ImportState>().HaveConversion<WireConverter<ImportState>>();
        configurationBuilder.Properties<SweepEventType>().HaveConversion<WireConverter<SweepEventType>>();
        configurationBuilder.Properties<DeviceWish>().HaveConversion<WireConverter<DeviceWish>>();
        configurationBuilder.Properties<Role>().HaveConversion<WireConverter<Role>>();
        configurationBuilder.Properties<PieDirection>().HaveConversion<WireConverter<PieDirection>>();
    }
}
