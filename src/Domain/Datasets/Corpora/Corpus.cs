using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Corpora;

/// <summary>
/// A dataset as its authors publish it: it says by itself what a definition says of other files. Adding one takes a
/// file here, its name in <see cref="DatasetFormat"/> with its line in <c>PublishedCorpora</c>, and a test with a small
/// sample made by hand. Messages and docs/openapi.json, which is to be written anew, take from here which formats
/// something is for.
/// </summary>
internal abstract class Corpus
{
    public abstract LearningTask Task { get; }

    /// <summary>How its fields are called, for messages.</summary>
    public abstract ColumnMapping Columns { get; }
    public virtual TextEncoding Encoding => TextEncoding.Utf8;

    /// <summary>The study's, and all that there are; empty: any label, sorted by name.</summary>
    public virtual IReadOnlyList<string> Labels => [];

    /// <summary>Whether there may be a part for each split.</summary>
    public virtual bool HasSplitFiles => true;

    /// <summary>Whether the part 'file' holds the splits; else it is to be divided.</summary>
    public virtual bool FileHasSplits => false;

    /// <summary>Whether a file that holds the splits has one for validation.</summary>
    public virtual bool FileHasValidation => false;

    /// <summary>How often its files are read, to check, to measure and to store them.</summary>
    public virtual int Readings => 3;

    /// <summary>Whether each split may have its labels in a part of their own.</summary>
    public virtual bool HasLabelFiles => false;

    /// <summary>Whether a definition's minimumDocuments says which labels are kept.</summary>
    public virtual bool HasMinimumDocuments => false;

    /// <param name="part">One that holds examples.</param>
    /// <exception cref="UnreadableFileException">It holds what cannot be read.</exception>
    public abstract IEnumerable<SourceRecord> Read(DatasetPart part, DatasetFiles files);
}
