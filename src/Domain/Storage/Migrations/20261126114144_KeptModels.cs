using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    /// <remarks>What is kept stands in runs.outcome: no table changes.</remarks>
    public partial class KeptModels : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // A fresh database has all of them already: they were made from the text as it is now.
            foreach (var function in new[] { "pie_serves", "pie_keeps_model" })
                migrationBuilder.Sql(ViewsScript.OfFunction(function).Replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"));
            migrationBuilder.Sql(ViewsScript.Of("sweep_progress").Replace("CREATE VIEW", "CREATE OR REPLACE VIEW"));
            migrationBuilder.Sql("DROP FUNCTION IF EXISTS pie_serves(text[], jsonb)");
        }

        /// <inheritdoc />
        /// <remarks>Nothing: what it made serves the earlier schema as well.</remarks>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
