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
                name: "achieved_sparsity",
                table: "comparisons",
                type: "double precision",
                nullable: true);
            migrationBuilder.Sql("UPDATE comparisons SET achieved_sparsity = (summary -> 'achievedSparsity' ->> 'mean')::double precision");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "achieved_sparsity",
                table: "comparisons");
        }
    }
}
