using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ModelPins : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "model_pins",
                columns: table => new
                {
                    dataset_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    sha256 = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_pins", x => new { x.dataset_id, x.kind, x.name });
                    table.ForeignKey(
                        name: "fk_model_pins_datasets_dataset_id",
                        column: x => x.dataset_id,
                        principalTable: "datasets",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            // Of what earlier versions trained, the first decides.
            migrationBuilder.Sql("""
                INSERT INTO model_pins (dataset_id, kind, name, sha256)
                SELECT DISTINCT ON (runs.dataset_id, used.kind, used.name) runs.dataset_id, used.kind, used.name, used.sha256
                FROM runs CROSS JOIN LATERAL (VALUES
                    ('vectors', recipe ->> 'vectors', outcome ->> 'vectorsSha256'),
                    ('bert', recipe ->> 'checkpoint', outcome ->> 'checkpointSha256')) AS used(kind, name, sha256)
                WHERE used.name IS NOT NULL AND used.sha256 IS NOT NULL
                ORDER BY runs.dataset_id, used.kind, used.name, runs.finished_at, runs.id
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "model_pins");
        }
    }
}
