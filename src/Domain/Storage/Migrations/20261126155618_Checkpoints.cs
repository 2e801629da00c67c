using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Checkpoints : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string[]>(
                name: "checkpoints",
                table: "workers",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'");

            // A view keeps the columns that its table had.
            foreach (var view in new[] { "live_workers", "ready_runs" })
                migrationBuilder.Sql(ViewsScript.Of(view).Replace("CREATE VIEW", "CREATE OR REPLACE VIEW"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // A view cannot lose a column, so these are made again below. The other one serves the earlier schema as well.
            migrationBuilder.Sql("DROP VIEW sweep_progress, live_workers");

            migrationBuilder.DropColumn(
                name: "checkpoints",
                table: "workers");

            migrationBuilder.Sql(ViewsScript.Of("live_workers"));
            migrationBuilder.Sql(ViewsScript.Of("sweep_progress"));
        }
    }
}
