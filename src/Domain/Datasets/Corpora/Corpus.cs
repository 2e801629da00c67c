using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Corpora;

/// <summary>
/// A dataset in the form in which its authors publish it: the format determines what a definition states for other
/// files. To add one, add a file here, its name in <see cref="DatasetFormat"/> with its line in
/// <c>PublishedCorpora</c>, and a test with a small sample made by hand. Messages and docs/openapi.json take the lists
/// of formats from here, so write docs/openapi.json again.
/// </summary>
internal abstract class Corpus
{
    public abstract LearningTask Task { get; }

    /// <summary>The names of its fields, for messages.</summary>
    public abstract ColumnMapping Columns { get; }
    public virtual TextEncoding Encoding => TextEncoding.Utf8;

    /// <summary>
    /// All valid labels in the study's order; empty if any label is valid and labels are sorted by name.
    /// </summary>
    public virtual IReadOnlyList<string> Labels => [];

    /// <summary>Whether an upload may have a part for each split.</summary>
    public virtual bool HasSplitFiles => true;

    /// <summary>Whether the part 'file' contains the splits; if not, it must be divided.</summary>
    public virtual bool FileHasSplits => false;

    /// <summary>Whether a file that contains the splits has a validation split.</summary>
    public virtual bool FileHasValidation => false;

    /// <summary>The number of times that its files are read: to check, to measure and to store them.</summary>
    public virtual int Readings => 3;

    /// <summary>Whether the labels of each split may be in a separate part.</summary>
    public virtual bool HasLabelFiles => false;

    /// <summary>Whether a definition's minimumDocuments decides which labels are kept.</summary>
    public virtual bool HasMinimumDocuments => false;

    /// <param name="part">A part that contains examples.</param>
    /// <exception cref="UnreadableFileException">The content of the part cannot be read.</exception>
    public abstract IEnumerable<SourceRecord> Read(DatasetPart part, DatasetFiles files);
}
