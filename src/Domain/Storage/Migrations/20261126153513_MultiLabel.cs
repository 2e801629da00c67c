using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class MultiLabel : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<double>(
                name: "threshold",
                table: "run_predictions",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "macro_precision",
                table: "run_metrics",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "macro_recall",
                table: "run_metrics",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "micro_f1",
                table: "run_metrics",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "micro_precision",
                table: "run_metrics",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "micro_recall",
                table: "run_metrics",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "threshold",
                table: "run_metrics",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<short>(
                name: "runs",
                table: "pie_labels",
                type: "smallint",
                nullable: true);

            migrationBuilder.AlterColumn<short>(
                name: "pruned_mode",
                table: "pie_labels",
                type: "smallint",
                nullable: true,
                oldClrType: typeof(short),
                oldType: "smallint");

            migrationBuilder.AlterColumn<short>(
                name: "gold",
                table: "pie_labels",
                type: "smallint",
                nullable: true,
                oldClrType: typeof(short),
                oldType: "smallint");

            migrationBuilder.AlterColumn<short>(
                name: "dense_mode",
                table: "pie_labels",
                type: "smallint",
                nullable: true,
                oldClrType: typeof(short),
                oldType: "smallint");

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
        }

        /// <inheritdoc />
        /// <remarks>The earlier schema has no place for labels of multi-label data.</remarks>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DELETE FROM pie_labels WHERE gold IS NULL OR dense_mode IS NULL OR pruned_mode IS NULL");

            migrationBuilder.DropTable(
                name: "class_scores");

            migrationBuilder.DropColumn(
                name: "threshold",
                table: "run_predictions");

            migrationBuilder.DropColumn(
                name: "macro_precision",
                table: "run_metrics");

            migrationBuilder.DropColumn(
                name: "macro_recall",
                table: "run_metrics");

            migrationBuilder.DropColumn(
                name: "micro_f1",
                table: "run_metrics");

            migrationBuilder.DropColumn(
                name: "micro_precision",
                table: "run_metrics");

            migrationBuilder.DropColumn(
                name: "micro_recall",
                table: "run_metrics");

            migrationBuilder.DropColumn(
                name: "threshold",
                table: "run_metrics");

            migrationBuilder.DropColumn(
                name: "runs",
                table: "pie_labels");

            migrationBuilder.AlterColumn<short>(
                name: "pruned_mode",
                table: "pie_labels",
                type: "smallint",
                nullable: false,
                oldClrType: typeof(short),
                oldType: "smallint",
                oldNullable: true);

            migrationBuilder.AlterColumn<short>(
                name: "gold",
                table: "pie_labels",
                type: "smallint",
                nullable: false,
                oldClrType: typeof(short),
                oldType: "smallint",
                oldNullable: true);

            migrationBuilder.AlterColumn<short>(
                name: "dense_mode",
                table: "pie_labels",
                type: "smallint",
                nullable: false,
                oldClrType: typeof(short),
                oldType: "smallint",
                oldNullable: true);
        }
    }
}
