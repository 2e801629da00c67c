using PieService.Api.Uploads;

namespace PieService.Api.Tests.Datasets;

public sealed class UploadFolderTests
{
    [Fact]
    public void Concurrent_uploads_do_not_delete_each_others_folders()
    {
        var settings = new UploadSettings(Directory.CreateTempSubdirectory("pie-uploads-").FullName, RequestBytes: 1);
        try
        {
            // Each upload starts while the others are starting.
            Parallel.For(0, 2_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
            {
                using var folder = new UploadFolder(settings);
                File.WriteAllText(folder.PathOf("train"), "text");
            });

            Assert.Empty(Directory.GetFileSystemEntries(settings.Folder));
        }
        finally
        {
            Directory.Delete(settings.Folder, recursive: true);
        }
    }
}
