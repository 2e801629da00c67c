using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Views : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(ViewsScript.Read());

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            DROP VIEW sweep_progress, live_workers, ready_runs, pies, predictions;
            DROP FUNCTION IF EXISTS pie_observes, pie_keeps_model, pie_serves, pie_observation_epochs, pie_ended, pie_names, pie_majority, pie_set, pie_scores, pie_float16, pie_class, pie_uint16;
            DROP TABLE installation;
            """);
    }
}
