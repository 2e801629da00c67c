using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "api_keys",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    role = table.Column<string>(type: "text", nullable: false),
                    prefix = table.Column<string>(type: "text", nullable: false),
                    secret_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "audit",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    actor = table.Column<string>(type: "text", nullable: false),
                    key_id = table.Column<Guid>(type: "uuid", nullable: true),
                    operation = table.Column<string>(type: "text", nullable: false),
                    path = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: true),
                    trace_id = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "datasets",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    task = table.Column<string>(type: "text", nullable: false),
                    labels = table.Column<string[]>(type: "text[]", nullable: false),
                    content_hash = table.Column<string>(type: "text", nullable: false),
                    splits = table.Column<string>(type: "jsonb", nullable: false),
                    dropped = table.Column<string>(type: "jsonb", nullable: false, defaultValueSql: "'{}'"),
                    attributes = table.Column<string[]>(type: "text[]", nullable: false, defaultValueSql: "'{}'"),
                    quality = table.Column<string>(type: "jsonb", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_datasets", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "fitting_batches",
                columns: table => new
                {
                    fingerprint = table.Column<string>(type: "text", nullable: false),
                    device = table.Column<string>(type: "text", nullable: false),
                    micro_batch = table.Column<int>(type: "integer", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    learned_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_fitting_batches", x => new { x.fingerprint, x.device });
                });

            migrationBuilder.CreateTable(
                name: "idempotent_requests",
                columns: table => new
                {
                    client = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    operation = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    resource_id = table.Column<Guid>(type: "uuid", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: true),
                    location = table.Column<string>(type: "text", nullable: true),
                    body = table.Column<byte[]>(type: "bytea", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotent_requests", x => new { x.client, x.key });
                });

            migrationBuilder.CreateTable(
                name: "imports",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    bytes_total = table.Column<long>(type: "bigint", nullable: false),
                    bytes_read = table.Column<long>(type: "bigint", nullable: false),
                    examples_stored = table.Column<int>(type: "integer", nullable: false),
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: true),
                    sweep_id = table.Column<Guid>(type: "uuid", nullable: true),
                    read = table.Column<string>(type: "jsonb", nullable: true),
                    bundle = table.Column<string>(type: "jsonb", nullable: true),
                    problem = table.Column<string>(type: "jsonb", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    cancel_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    beat_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_imports", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "vector_coverages",
                columns: table => new
                {
                    dataset_hash = table.Column<string>(type: "text", nullable: false),
                    vectors_sha256 = table.Column<string>(type: "text", nullable: false),
                    types = table.Column<double>(type: "double precision", nullable: false),
                    tokens = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_vector_coverages", x => new { x.dataset_hash, x.vectors_sha256 });
                });

            migrationBuilder.CreateTable(
                name: "webhooks",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    url = table.Column<string>(type: "text", nullable: false),
                    secret = table.Column<string>(type: "text", nullable: false),
                    created_by = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhooks", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "workers",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    machine = table.Column<string>(type: "text", nullable: false),
                    slots = table.Column<int>(type: "integer", nullable: false),
                    device = table.Column<string>(type: "text", nullable: false),
                    device_type = table.Column<string>(type: "text", nullable: false, defaultValue: "cpu"),
                    devices = table.Column<string>(type: "jsonb", nullable: false, defaultValueSql: "'[]'"),
                    versions = table.Column<string>(type: "text", nullable: false, defaultValue: ""),
                    short_of = table.Column<string>(type: "text", nullable: true),
                    vectors = table.Column<string[]>(type: "text[]", nullable: false),
                    checkpoints = table.Column<string[]>(type: "text[]", nullable: false, defaultValueSql: "'{}'"),
                    models = table.Column<string>(type: "jsonb", nullable: false, defaultValueSql: "'[]'"),
                    arithmetic = table.Column<string>(type: "jsonb", nullable: false, defaultValueSql: "'[]'"),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_beat_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_workers", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "examples",
                columns: table => new
                {
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: false),
                    split = table.Column<string>(type: "text", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    source_id = table.Column<string>(type: "text", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false),
                    second_text = table.Column<string>(type: "text", nullable: true),
                    labels = table.Column<short[]>(type: "smallint[]", nullable: false),
                    attributes = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_examples", x => new { x.dataset_id, x.split, x.position });
                    table.ForeignKey(
                        name: "fk_examples_datasets_dataset_id",
                        column: x => x.dataset_id,
                        principalTable: "datasets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "model_pins",
                columns: table => new
                {
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    sha256 = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_pins", x => new { x.dataset_id, x.kind, x.name });
                    table.ForeignKey(
                        name: "fk_model_pins_datasets_dataset_id",
                        column: x => x.dataset_id,
                        principalTable: "datasets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "runs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: false),
                    sweep_id = table.Column<Guid>(type: "uuid", nullable: false),
                    fingerprint = table.Column<string>(type: "text", nullable: false),
                    recipe = table.Column<string>(type: "jsonb", nullable: true),
                    cohort = table.Column<string>(type: "text", nullable: true),
                    seed = table.Column<int>(type: "integer", nullable: false),
                    architecture = table.Column<string>(type: "text", nullable: false),
                    method = table.Column<string>(type: "text", nullable: false),
                    sparsity = table.Column<decimal>(type: "numeric", nullable: false),
                    vectors = table.Column<string>(type: "text", nullable: true),
                    checkpoint = table.Column<string>(type: "text", nullable: true),
                    trunk_run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false),
                    priority = table.Column<short>(type: "smallint", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    epochs_total = table.Column<int>(type: "integer", nullable: false),
                    epochs_done = table.Column<int>(type: "integer", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    interruptions = table.Column<int>(type: "integer", nullable: false),
                    error = table.Column<string>(type: "text", nullable: true),
                    lease_epoch = table.Column<long>(type: "bigint", nullable: false),
                    lease_owner = table.Column<string>(type: "text", nullable: true),
                    lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    cancel_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    pause_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    not_before = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    checkpoint_path = table.Column<string>(type: "text", nullable: true),
                    checkpoint_sha256 = table.Column<string>(type: "text", nullable: true),
                    checkpoint_epochs = table.Column<int>(type: "integer", nullable: true),
                    checkpoint_store = table.Column<string>(type: "text", nullable: true),
                    device_wish = table.Column<string>(type: "text", nullable: false, defaultValue: "any"),
                    worker = table.Column<string>(type: "text", nullable: true),
                    device = table.Column<string>(type: "text", nullable: true),
                    notes = table.Column<string[]>(type: "text[]", nullable: false, defaultValueSql: "'{}'"),
                    outcome = table.Column<string>(type: "jsonb", nullable: true),
                    imported_score = table.Column<string>(type: "jsonb", nullable: true),
                    cpu_capability = table.Column<string>(type: "text", nullable: true),
                    threads = table.Column<int>(type: "integer", nullable: true),
                    gpu = table.Column<string>(type: "text", nullable: true),
                    micro_batch = table.Column<int>(type: "integer", nullable: true),
                    observed_epochs = table.Column<int[]>(type: "integer[]", nullable: false, defaultValueSql: "'{}'"),
                    model_path = table.Column<string>(type: "text", nullable: true),
                    model_store = table.Column<string>(type: "text", nullable: true),
                    model_bytes = table.Column<long>(type: "bigint", nullable: true),
                    model_sha256 = table.Column<string>(type: "text", nullable: true),
                    prediction_hash = table.Column<string>(type: "text", nullable: true),
                    achieved_sparsity = table.Column<double>(type: "double precision", nullable: true),
                    vector_type_coverage = table.Column<double>(type: "double precision", nullable: true),
                    vector_token_coverage = table.Column<double>(type: "double precision", nullable: true),
                    training_seconds = table.Column<double>(type: "double precision", nullable: true),
                    predict_again = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false),
                    predict_splits = table.Column<string[]>(type: "text[]", nullable: false),
                    predicted_splits = table.Column<string[]>(type: "text[]", nullable: true),
                    is_repeatable = table.Column<bool>(type: "boolean", nullable: false, defaultValue: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_runs", x => x.id);
                    table.CheckConstraint("ck_runs_recipe_or_cohort", "(recipe IS NULL) <> (cohort IS NULL)");
                    table.ForeignKey(
                        name: "fk_runs_datasets_dataset_id",
                        column: x => x.dataset_id,
                        principalTable: "datasets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "subgroups",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    where = table.Column<string>(type: "jsonb", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_subgroups", x => x.id);
                    table.ForeignKey(
                        name: "fk_subgroups_datasets_dataset_id",
                        column: x => x.dataset_id,
                        principalTable: "datasets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "sweeps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: false),
                    request = table.Column<string>(type: "jsonb", nullable: true),
                    foreign_cohorts = table.Column<string>(type: "jsonb", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    cancel_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    pause_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    trace_parent = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sweeps", x => x.id);
                    table.CheckConstraint("ck_sweeps_request_or_foreign_cohorts", "(request IS NULL) <> (foreign_cohorts IS NULL)");
                    table.ForeignKey(
                        name: "fk_sweeps_datasets_dataset_id",
                        column: x => x.dataset_id,
                        principalTable: "datasets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "text_values",
                columns: table => new
                {
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: false),
                    split = table.Column<string>(type: "text", nullable: false),
                    part = table.Column<string>(type: "text", nullable: false),
                    measure = table.Column<string>(type: "text", nullable: false),
                    syllables = table.Column<string>(type: "text", nullable: false),
                    start = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    packed = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_text_values", x => new { x.dataset_id, x.split, x.part, x.measure, x.syllables, x.start });
                    table.ForeignKey(
                        name: "fk_text_values_datasets_dataset_id",
                        column: x => x.dataset_id,
                        principalTable: "datasets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "webhook_deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    webhook_id = table.Column<Guid>(type: "uuid", nullable: false),
                    sweep_id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_number = table.Column<int>(type: "integer", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    delivered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    given_up_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_status = table.Column<int>(type: "integer", nullable: true),
                    last_error = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_deliveries", x => x.id);
                    table.ForeignKey(
                        name: "fk_webhook_deliveries_webhooks_webhook_id",
                        column: x => x.webhook_id,
                        principalTable: "webhooks",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "batch_trials",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    device = table.Column<string>(type: "text", nullable: false),
                    micro_batch = table.Column<int>(type: "integer", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_batch_trials", x => new { x.run_id, x.device });
                    table.ForeignKey(
                        name: "fk_batch_trials_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "run_answers",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    split = table.Column<string>(type: "text", nullable: false),
                    start = table.Column<int>(type: "integer", nullable: false),
                    texts = table.Column<string[]>(type: "text[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_answers", x => new { x.run_id, x.split, x.start });
                    table.ForeignKey(
                        name: "fk_run_answers_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "run_metrics",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    split = table.Column<string>(type: "text", nullable: false),
                    loss = table.Column<double>(type: "double precision", nullable: false),
                    accuracy = table.Column<double>(type: "double precision", nullable: false),
                    macro_f1 = table.Column<double>(type: "double precision", nullable: false),
                    micro_f1 = table.Column<double>(type: "double precision", nullable: false),
                    macro_precision = table.Column<double>(type: "double precision", nullable: false),
                    micro_precision = table.Column<double>(type: "double precision", nullable: false),
                    macro_recall = table.Column<double>(type: "double precision", nullable: false),
                    micro_recall = table.Column<double>(type: "double precision", nullable: false),
                    threshold = table.Column<double>(type: "double precision", nullable: true),
                    seconds = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_metrics", x => new { x.run_id, x.epoch, x.split });
                    table.ForeignKey(
                        name: "fk_run_metrics_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "run_observations",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    examples = table.Column<int>(type: "integer", nullable: false),
                    class_count = table.Column<int>(type: "integer", nullable: false),
                    classes = table.Column<byte[]>(type: "bytea", nullable: false),
                    scores = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_observations", x => new { x.run_id, x.epoch });
                    table.ForeignKey(
                        name: "fk_run_observations_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "run_predictions",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    split = table.Column<string>(type: "text", nullable: false),
                    examples = table.Column<int>(type: "integer", nullable: false),
                    class_count = table.Column<int>(type: "integer", nullable: false),
                    classes = table.Column<byte[]>(type: "bytea", nullable: false),
                    scores = table.Column<byte[]>(type: "bytea", nullable: true),
                    threshold = table.Column<double>(type: "double precision", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_predictions", x => new { x.run_id, x.split });
                    table.ForeignKey(
                        name: "fk_run_predictions_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "comparisons",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    sweep_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    architecture = table.Column<string>(type: "text", nullable: false),
                    method = table.Column<string>(type: "text", nullable: false),
                    sparsity = table.Column<decimal>(type: "numeric", nullable: false),
                    baseline = table.Column<string>(type: "text", nullable: false),
                    split = table.Column<string>(type: "text", nullable: false),
                    dense_fingerprint = table.Column<string>(type: "text", nullable: false),
                    pruned_fingerprint = table.Column<string>(type: "text", nullable: false),
                    pairing = table.Column<string>(type: "text", nullable: false),
                    expected_dense = table.Column<int>(type: "integer", nullable: false),
                    expected_pruned = table.Column<int>(type: "integer", nullable: false),
                    cohort = table.Column<string>(type: "text", nullable: true),
                    compression = table.Column<string>(type: "text", nullable: true),
                    bits = table.Column<double>(type: "double precision", nullable: true),
                    labelling_asked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    labelled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    labelling_attempts = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    labelling_error = table.Column<string>(type: "text", nullable: true),
                    labelling_failed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    summary = table.Column<string>(type: "jsonb", nullable: true),
                    stated = table.Column<string>(type: "json", nullable: true),
                    stated_differences = table.Column<string[]>(type: "text[]", nullable: true),
                    achieved_sparsity = table.Column<double>(type: "double precision", nullable: true),
                    is_complete = table.Column<bool>(type: "boolean", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_comparisons", x => x.id);
                    table.UniqueConstraint("ak_comparisons_number", x => x.number);
                    table.ForeignKey(
                        name: "fk_comparisons_sweeps_sweep_id",
                        column: x => x.sweep_id,
                        principalTable: "sweeps",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "sweep_documents",
                columns: table => new
                {
                    sweep_id = table.Column<Guid>(type: "uuid", nullable: false),
                    hashes = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sweep_documents", x => x.sweep_id);
                    table.ForeignKey(
                        name: "fk_sweep_documents_sweeps_sweep_id",
                        column: x => x.sweep_id,
                        principalTable: "sweeps",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "sweep_events",
                columns: table => new
                {
                    sweep_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    type = table.Column<string>(type: "text", nullable: false),
                    data = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sweep_events", x => new { x.sweep_id, x.number });
                    table.ForeignKey(
                        name: "fk_sweep_events_sweeps_sweep_id",
                        column: x => x.sweep_id,
                        principalTable: "sweeps",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "sweep_runs",
                columns: table => new
                {
                    sweep_id = table.Column<Guid>(type: "uuid", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    is_baseline = table.Column<bool>(type: "boolean", nullable: false),
                    shared_epochs = table.Column<int>(type: "integer", nullable: false),
                    wanted_splits = table.Column<string[]>(type: "text[]", nullable: false),
                    wanted_epochs = table.Column<int[]>(type: "integer[]", nullable: false),
                    wants_model = table.Column<bool>(type: "boolean", nullable: false),
                    device_wish = table.Column<string>(type: "text", nullable: false, defaultValue: "any")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sweep_runs", x => new { x.sweep_id, x.run_id });
                    table.ForeignKey(
                        name: "fk_sweep_runs_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_sweep_runs_sweeps_sweep_id",
                        column: x => x.sweep_id,
                        principalTable: "sweeps",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "sweep_totals",
                columns: table => new
                {
                    sweep_id = table.Column<Guid>(type: "uuid", nullable: false),
                    runs = table.Column<int>(type: "integer", nullable: false),
                    succeeded = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    cancelled = table.Column<int>(type: "integer", nullable: false),
                    epochs_total = table.Column<long>(type: "bigint", nullable: false),
                    epochs_done = table.Column<long>(type: "bigint", nullable: false),
                    epochs_shared = table.Column<long>(type: "bigint", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    predictions = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sweep_totals", x => x.sweep_id);
                    table.ForeignKey(
                        name: "fk_sweep_totals_sweeps_sweep_id",
                        column: x => x.sweep_id,
                        principalTable: "sweeps",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "class_scores",
                columns: table => new
                {
                    comparison_id = table.Column<Guid>(type: "uuid", nullable: false),
                    classes = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_class_scores", x => x.comparison_id);
                    table.ForeignKey(
                        name: "fk_class_scores_comparisons_comparison_id",
                        column: x => x.comparison_id,
                        principalTable: "comparisons",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "comparison_analyses",
                columns: table => new
                {
                    comparison_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    analysed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    result = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_comparison_analyses", x => x.comparison_id);
                    table.ForeignKey(
                        name: "fk_comparison_analyses_comparisons_comparison_id",
                        column: x => x.comparison_id,
                        principalTable: "comparisons",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "influences",
                columns: table => new
                {
                    comparison_id = table.Column<Guid>(type: "uuid", nullable: false),
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    bins = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_influences", x => new { x.comparison_id, x.epoch });
                    table.ForeignKey(
                        name: "fk_influences_comparisons_comparison_id",
                        column: x => x.comparison_id,
                        principalTable: "comparisons",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pie_labels",
                columns: table => new
                {
                    margin = table.Column<double>(type: "double precision", nullable: false),
                    el2n = table.Column<double>(type: "double precision", nullable: true),
                    p = table.Column<double>(type: "double precision", nullable: true),
                    q = table.Column<double>(type: "double precision", nullable: true),
                    paired_p = table.Column<double>(type: "double precision", nullable: true),
                    paired_q = table.Column<double>(type: "double precision", nullable: true),
                    inclusion = table.Column<double>(type: "double precision", nullable: true),
                    taxicab = table.Column<double>(type: "double precision", nullable: false),
                    shift = table.Column<double>(type: "double precision", nullable: true),
                    self_confidence = table.Column<double>(type: "double precision", nullable: true),
                    comparison_number = table.Column<int>(type: "integer", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    dense_runs = table.Column<short>(type: "smallint", nullable: false),
                    pruned_runs = table.Column<short>(type: "smallint", nullable: false),
                    gold = table.Column<short>(type: "smallint", nullable: true),
                    dense_mode = table.Column<short>(type: "smallint", nullable: true),
                    pruned_mode = table.Column<short>(type: "smallint", nullable: true),
                    influence_bin = table.Column<short>(type: "smallint", nullable: true),
                    is_pie = table.Column<bool>(type: "boolean", nullable: false),
                    dense_tied = table.Column<bool>(type: "boolean", nullable: false),
                    pruned_tied = table.Column<bool>(type: "boolean", nullable: false),
                    replicated = table.Column<bool>(type: "boolean", nullable: true),
                    direction = table.Column<string>(type: "text", nullable: true),
                    dense_votes = table.Column<byte[]>(type: "bytea", nullable: false),
                    pruned_votes = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pie_labels", x => new { x.comparison_number, x.position });
                    table.ForeignKey(
                        name: "fk_pie_labels_comparisons_comparison_number",
                        column: x => x.comparison_number,
                        principalTable: "comparisons",
                        principalColumn: "number",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "text_effects",
                columns: table => new
                {
                    comparison_id = table.Column<Guid>(type: "uuid", nullable: false),
                    part = table.Column<string>(type: "text", nullable: false),
                    syllables = table.Column<string>(type: "text", nullable: false),
                    effects = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_text_effects", x => new { x.comparison_id, x.part, x.syllables });
                    table.ForeignKey(
                        name: "fk_text_effects_comparisons_comparison_id",
                        column: x => x.comparison_id,
                        principalTable: "comparisons",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "training_maps",
                columns: table => new
                {
                    comparison_id = table.Column<Guid>(type: "uuid", nullable: false),
                    runs = table.Column<int>(type: "integer", nullable: false),
                    epochs = table.Column<int[]>(type: "integer[]", nullable: false),
                    cells = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_training_maps", x => x.comparison_id);
                    table.ForeignKey(
                        name: "fk_training_maps_comparisons_comparison_id",
                        column: x => x.comparison_id,
                        principalTable: "comparisons",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_name",
                table: "api_keys",
                column: "name",
                unique: true,
                filter: "revoked_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_prefix",
                table: "api_keys",
                column: "prefix",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_comparisons_other_than_stated",
                table: "comparisons",
                column: "sweep_id",
                filter: "cardinality(stated_differences) > 0");

            migrationBuilder.CreateIndex(
                name: "ix_comparisons_sweep_id_ordinal",
                table: "comparisons",
                columns: new[] { "sweep_id", "ordinal" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_comparisons_unlabelled",
                table: "comparisons",
                column: "labelled_at",
                filter: "NOT coalesce(labelled_at >= labelling_asked_at, false)");

            migrationBuilder.CreateIndex(
                name: "ix_datasets_content_hash_created_at",
                table: "datasets",
                columns: new[] { "content_hash", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_datasets_created_at",
                table: "datasets",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_examples_id",
                table: "examples",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_idempotent_requests_created_at",
                table: "idempotent_requests",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_imports_open",
                table: "imports",
                column: "beat_at",
                filter: "state IN ('queued', 'running')");

            migrationBuilder.CreateIndex(
                name: "ix_pie_labels_pies",
                table: "pie_labels",
                columns: new[] { "comparison_number", "margin", "position" },
                descending: new[] { false, true, false },
                filter: "is_pie");

            migrationBuilder.CreateIndex(
                name: "ix_runs_dataset_id_fingerprint_seed",
                table: "runs",
                columns: new[] { "dataset_id", "fingerprint", "seed" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_runs_dataset_id_id",
                table: "runs",
                columns: new[] { "dataset_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_runs_delayed",
                table: "runs",
                column: "not_before",
                filter: "state = 'queued' AND not_before IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_runs_open",
                table: "runs",
                columns: new[] { "priority", "created_at", "ordinal" },
                filter: "state IN ('queued', 'running')");

            migrationBuilder.CreateIndex(
                name: "ix_runs_running",
                table: "runs",
                column: "lease_until",
                filter: "state = 'running'");

            migrationBuilder.CreateIndex(
                name: "ix_runs_trunk_run_id",
                table: "runs",
                column: "trunk_run_id");

            migrationBuilder.CreateIndex(
                name: "ix_subgroups_dataset_id_name",
                table: "subgroups",
                columns: new[] { "dataset_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_sweep_runs_baselines",
                table: "sweep_runs",
                columns: new[] { "sweep_id", "ordinal" },
                filter: "is_baseline");

            migrationBuilder.CreateIndex(
                name: "ix_sweep_runs_run_id",
                table: "sweep_runs",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_sweep_runs_sweep_id_ordinal",
                table: "sweep_runs",
                columns: new[] { "sweep_id", "ordinal" });

            migrationBuilder.CreateIndex(
                name: "ix_sweeps_dataset_id",
                table: "sweeps",
                column: "dataset_id");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_due",
                table: "webhook_deliveries",
                column: "next_attempt_at",
                filter: "delivered_at IS NULL AND given_up_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_webhook_id_sweep_id_event_number",
                table: "webhook_deliveries",
                columns: new[] { "webhook_id", "sweep_id", "event_number" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_keys");

            migrationBuilder.DropTable(
                name: "audit");

            migrationBuilder.DropTable(
                name: "batch_trials");

            migrationBuilder.DropTable(
                name: "class_scores");

            migrationBuilder.DropTable(
                name: "comparison_analyses");

            migrationBuilder.DropTable(
                name: "examples");

            migrationBuilder.DropTable(
                name: "fitting_batches");

            migrationBuilder.DropTable(
                name: "idempotent_requests");

            migrationBuilder.DropTable(
                name: "imports");

            migrationBuilder.DropTable(
                name: "influences");

            migrationBuilder.DropTable(
                name: "model_pins");

            migrationBuilder.DropTable(
                name: "pie_labels");

            migrationBuilder.DropTable(
                name: "run_answers");

            migrationBuilder.DropTable(
                name: "run_metrics");

            migrationBuilder.DropTable(
                name: "run_observations");

            migrationBuilder.DropTable(
                name: "run_predictions");

            migrationBuilder.DropTable(
                name: "subgroups");

            migrationBuilder.DropTable(
                name: "sweep_documents");

            migrationBuilder.DropTable(
                name: "sweep_events");

            migrationBuilder.DropTable(
                name: "sweep_runs");

            migrationBuilder.DropTable(
                name: "sweep_totals");

            migrationBuilder.DropTable(
                name: "text_effects");

            migrationBuilder.DropTable(
                name: "text_values");

            migrationBuilder.DropTable(
                name: "training_maps");

            migrationBuilder.DropTable(
                name: "vector_coverages");

            migrationBuilder.DropTable(
                name: "webhook_deliveries");

            migrationBuilder.DropTable(
                name: "workers");

            migrationBuilder.DropTable(
                name: "runs");

            migrationBuilder.DropTable(
                name: "comparisons");

            migrationBuilder.DropTable(
                name: "webhooks");

            migrationBuilder.DropTable(
                name: "sweeps");

            migrationBuilder.DropTable(
                name: "datasets");
        }
    }
}
