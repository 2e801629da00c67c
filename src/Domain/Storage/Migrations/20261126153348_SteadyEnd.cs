using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class SteadyEnd : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(ViewsScript.Of("sweep_progress").Replace("CREATE VIEW", "CREATE OR REPLACE VIEW"));

        /// <inheritdoc />
        /// <remarks>The view stays: it serves the earlier schema as well.</remarks>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
