using System;
using Microsoft.EntityFrameworkCore.Migrations;

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
                name: "datasets",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    task = table.Column<string>(type: "text", nullable: false),
                    labels = table.Column<string[]>(type: "text[]", nullable: false),
                    content_hash = table.Column<string>(type: "text", nullable: false),
                    splits = table.Column<string>(type: "jsonb", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_datasets", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "workers",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    machine = table.Column<string>(type: "text", nullable: false),
                    slots = table.Column<int>(type: "integer", nullable: false),
                    device = table.Column<string>(type: "text", nullable: false),
                    short_of = table.Column<string>(type: "text", nullable: true),
                    vectors = table.Column<string[]>(type: "text[]", nullable: false),
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
                    labels = table.Column<short[]>(type: "smallint[]", nullable: false)
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
                name: "runs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: false),
                    sweep_id = table.Column<Guid>(type: "uuid", nullable: false),
                    fingerprint = table.Column<string>(type: "text", nullable: false),
                    recipe = table.Column<string>(type: "jsonb", nullable: false),
                    seed = table.Column<int>(type: "integer", nullable: false),
                    architecture = table.Column<string>(type: "text", nullable: false),
                    method = table.Column<string>(type: "text", nullable: false),
                    sparsity = table.Column<decimal>(type: "numeric", nullable: false),
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
                    worker = table.Column<string>(type: "text", nullable: true),
                    device = table.Column<string>(type: "text", nullable: true),
                    outcome = table.Column<string>(type: "jsonb", nullable: true),
                    prediction_hash = table.Column<string>(type: "text", nullable: true),
                    achieved_sparsity = table.Column<double>(type: "double precision", nullable: true),
                    training_seconds = table.Column<double>(type: "double precision", nullable: true),
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
                    table.ForeignKey(
                        name: "fk_runs_datasets_dataset_id",
                        column: x => x.dataset_id,
                        principalTable: "datasets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "sweeps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: false),
                    request = table.Column<string>(type: "jsonb", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    cancel_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    pause_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sweeps", x => x.id);
                    table.ForeignKey(
                        name: "fk_sweeps_datasets_dataset_id",
                        column: x => x.dataset_id,
                        principalTable: "datasets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
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
                name: "run_predictions",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    split = table.Column<string>(type: "text", nullable: false),
                    examples = table.Column<int>(type: "integer", nullable: false),
                    class_count = table.Column<int>(type: "integer", nullable: false),
                    classes = table.Column<byte[]>(type: "bytea", nullable: false),
                    scores = table.Column<byte[]>(type: "bytea", nullable: false)
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
                    expected_seeds = table.Column<int>(type: "integer", nullable: false),
                    labelling_asked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    labelled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    summary = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_comparisons", x => x.id);
                    table.ForeignKey(
                        name: "fk_comparisons_sweeps_sweep_id",
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
                    shared_epochs = table.Column<int>(type: "integer", nullable: false)
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
                name: "pie_labels",
                columns: table => new
                {
                    comparison_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    example_id = table.Column<Guid>(type: "uuid", nullable: false),
                    gold = table.Column<short>(type: "smallint", nullable: false),
                    dense_votes = table.Column<int[]>(type: "integer[]", nullable: false),
                    pruned_votes = table.Column<int[]>(type: "integer[]", nullable: false),
                    dense_mode = table.Column<short>(type: "smallint", nullable: false),
                    pruned_mode = table.Column<short>(type: "smallint", nullable: false),
                    dense_tied = table.Column<bool>(type: "boolean", nullable: false),
                    pruned_tied = table.Column<bool>(type: "boolean", nullable: false),
                    margin = table.Column<double>(type: "double precision", nullable: false),
                    is_pie = table.Column<bool>(type: "boolean", nullable: false),
                    direction = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pie_labels", x => new { x.comparison_id, x.position });
                    table.ForeignKey(
                        name: "fk_pie_labels_comparisons_comparison_id",
                        column: x => x.comparison_id,
                        principalTable: "comparisons",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_comparisons_due",
                table: "comparisons",
                column: "labelling_asked_at",
                filter: "labelling_asked_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_comparisons_sweep_id_ordinal",
                table: "comparisons",
                columns: new[] { "sweep_id", "ordinal" },
                unique: true);

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
                name: "ix_pie_labels_example_id",
                table: "pie_labels",
                column: "example_id");

            migrationBuilder.CreateIndex(
                name: "ix_pie_labels_pies",
                table: "pie_labels",
                columns: new[] { "comparison_id", "margin", "position" },
                filter: "is_pie");

            migrationBuilder.CreateIndex(
                name: "ix_runs_dataset_id_fingerprint_seed",
                table: "runs",
                columns: new[] { "dataset_id", "fingerprint", "seed" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_runs_open",
                table: "runs",
                columns: new[] { "priority", "created_at", "ordinal" },
                filter: "state IN ('queued', 'running')");

            migrationBuilder.CreateIndex(
                name: "ix_runs_trunk_run_id",
                table: "runs",
                column: "trunk_run_id");

            migrationBuilder.CreateIndex(
                name: "ix_sweep_runs_run_id",
                table: "sweep_runs",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_sweeps_dataset_id",
                table: "sweeps",
                column: "dataset_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "examples");

            migrationBuilder.DropTable(
                name: "pie_labels");

            migrationBuilder.DropTable(
                name: "run_metrics");

            migrationBuilder.DropTable(
                name: "run_predictions");

            migrationBuilder.DropTable(
                name: "sweep_runs");

            migrationBuilder.DropTable(
                name: "workers");

            migrationBuilder.DropTable(
                name: "comparisons");

            migrationBuilder.DropTable(
                name: "runs");

            migrationBuilder.DropTable(
                name: "sweeps");

            migrationBuilder.DropTable(
                name: "datasets");
        }
    }
}
