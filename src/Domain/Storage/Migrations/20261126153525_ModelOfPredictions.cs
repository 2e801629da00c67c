using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ModelOfPredictions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // A fresh database has it already: it was made from the text as it is now.
            migrationBuilder.Sql(ViewsScript.Of("predictions").Replace("CREATE VIEW", "CREATE OR REPLACE VIEW"));
        }

        /// <inheritdoc />
        /// <remarks>Nothing: a column more serves the earlier schema as well.</remarks>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
