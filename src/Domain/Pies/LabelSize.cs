using PieService.Domain.Datasets;

namespace PieService.Domain.Pies;

/// <summary>The size of the labels of a comparison in the database, for the plan of a sweep.</summary>
public static class LabelSize
{
    /// <summary>
    /// What PostgreSQL adds to the columns of a row: its header with a bit for each column, and its place in the page.
    /// </summary>
    private const int RowHeader = 32, RowPointer = 4;

    /// <summary>
    /// The columns of every label without the votes, of which eight are measures; EL2N and the bin of a training
    /// example.
    /// </summary>
    private const int Columns = 29 + (8 * sizeof(double)), Influence = 10;

    /// <summary>
    /// The entries in the two indexes. One of the key has 20 bytes, in pages that are mostly full. One of the index of
    /// PIEs has 36 bytes, and a tenth of the examples is assumed to be PIEs.
    /// </summary>
    private const int KeyEntry = 23, PieEntry = 5;

    /// <summary>
    /// The bytes of a label with its entries in the indexes. LabelSizeTests compare them with those of stored labels.
    /// </summary>
    public static int BytesPerExample(int classCount, Split split)
    {
        var votes = 2 * classCount;
        // A value of up to 126 bytes has a header of one byte, a longer one of four bytes.
        var columns = Columns + (split == Split.Train ? Influence : 0) + (2 * (votes + (votes <= 126 ? 1 : 4)));
        return Aligned(RowHeader + columns) + RowPointer + KeyEntry + PieEntry;
    }

    private static int Aligned(int bytes) => (bytes + 7) / 8 * 8;
}
