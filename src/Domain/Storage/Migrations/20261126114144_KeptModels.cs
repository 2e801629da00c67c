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
            // A fresh database has it already: it was made from the text as it is now. What else it needs, Analysis makes.
            migrationBuilder.Sql(ViewsScript.OfFunction("pie_keeps_model").Replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"));
        }

        /// <inheritdoc />
        /// <remarks>Nothing: what it made serves the earlier schema as well.</remarks>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
