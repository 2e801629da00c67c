using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    /// <remarks>Empty: it made functions and views, which <see cref="Schema"/> makes now, after all migrations.</remarks>
    public partial class ModelOfPredictions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
