using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PieService.Domain.Storage.Migrations
{
    /// <inheritdoc />
    /// <remarks>It made functions and views as well; now <see cref="Schema"/> does, after all migrations.</remarks>
    public partial class Views : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            -- Tells this database's checkpoints from another's where both use one artifact folder.
            CREATE TABLE installation AS SELECT gen_random_uuid() AS id;

            -- Stored uncompressed, so that a part of a value is read without the rest of it.
            ALTER TABLE run_predictions ALTER COLUMN classes SET STORAGE EXTERNAL, ALTER COLUMN scores SET STORAGE EXTERNAL;
            """);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            DROP TABLE installation;
            ALTER TABLE run_predictions ALTER COLUMN classes SET STORAGE EXTENDED, ALTER COLUMN scores SET STORAGE EXTENDED;
            """);
    }
}
