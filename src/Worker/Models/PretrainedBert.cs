using PieService.Worker.Text;

namespace PieService.Worker.Models;

/// <summary>A checkpoint's folder with what is in it, but for the weights, which are read where the model is made.</summary>
/// <param name="Sha256">Of all files that decide a training; <see cref="FileHashes"/> says how.</param>
public sealed record PretrainedBert(string Folder, string Sha256, BertConfig Config, WordPiece Tokens)
{
    /// <exception cref="UnusableModelException">A file is missing, malformed, or does not fit the others.</exception>
    public static PretrainedBert Read(string folder) => new(folder, HashOf(folder), BertConfig.Read(folder), WordPiece.Load(folder));

    /// <exception cref="UnusableModelException">A file cannot be read.</exception>
    public static string HashOf(string folder) =>
        FileHashes.Of(folder, BertConfig.FileName, BertWeights.FileName, WordPiece.SettingsFile, WordPiece.VocabularyFile);
}
