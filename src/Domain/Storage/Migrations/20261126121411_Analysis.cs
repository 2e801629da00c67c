using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Analysis : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<double>(
                name: "el2n",
                table: "pie_labels",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<short>(
                name: "influence_bin",
                table: "pie_labels",
                type: "smallint",
                nullable: true);

            // A database may have it: this migration was 20261126115443_Analysis for an hour, and only that column.
            migrationBuilder.Sql("ALTER TABLE comparisons ADD COLUMN IF NOT EXISTS achieved_sparsity double precision");

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

            migrationBuilder.Sql("UPDATE comparisons SET achieved_sparsity = (summary -> 'achievedSparsity' ->> 'mean')::double precision");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "influences");

            migrationBuilder.DropTable(
                name: "run_observations");

            migrationBuilder.DropColumn(
                name: "el2n",
                table: "pie_labels");

            migrationBuilder.DropColumn(
                name: "influence_bin",
                table: "pie_labels");

            migrationBuilder.DropColumn(
                name: "achieved_sparsity",
                table: "comparisons");
        }
    }
}
