using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class AchievedInViews : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            foreach (var view in new[] { "predictions", "pies" })
                migrationBuilder.Sql(ViewsScript.Of(view).Replace("CREATE VIEW", "CREATE OR REPLACE VIEW"));
        }

        /// <inheritdoc />
        /// <remarks>The views stay: they serve the earlier schema as well.</remarks>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
