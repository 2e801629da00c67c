namespace PieService.Domain.Foreign.Assembly;

/// <summary>
/// The packed answers of all runs in a file, so that memory does not grow with runs x examples x labels: rows may come
/// in any order of runs and examples, and a run is read at a time. Rows that follow one another are written together;
/// the rows of all runs that wait for that take at most about <see cref="BufferBytes"/>.
/// </summary>
/// <param name="rowBytes">The bytes of an example of each run.</param>
internal sealed class AnswerScratch(string folder, int examples, IReadOnlyList<int> rowBytes) : IDisposable
{
    private const long BufferBytes = 32 * 1024 * 1024;
    private const int MostBytesOfRun = 64 * 1024;

    private readonly FileStream file = Scratch.Open(folder);
    private readonly Buffer[] buffers = [.. rowBytes.Select(bytes => new Buffer(
        bytes, (int)Math.Clamp(BufferBytes / Math.Max(1, rowBytes.Count), bytes, Math.Max(bytes, MostBytesOfRun))))];
    private readonly long[] starts = Starts(examples, rowBytes);

    /// <summary>The row of an example of a run, to be written completely.</summary>
    public Span<byte> Row(int run, int position)
    {
        var buffer = buffers[run];
        if (!buffer.Follows(position)) Flush(run);
        return buffer.Next(position);
    }

    /// <summary>The rows of all examples of a run, or of a part of them.</summary>
    public byte[] Read(int run, int start, int count)
    {
        Flush(run);
        var rows = new byte[(long)count * rowBytes[run]];
        file.Position = starts[run] + ((long)start * rowBytes[run]);
        file.ReadExactly(rows);
        return rows;
    }

    public void Dispose() => file.Dispose();

    private void Flush(int run)
    {
        var (position, rows) = buffers[run].Take();
        if (rows.IsEmpty) return;
        file.Position = starts[run] + ((long)position * rowBytes[run]);
        file.Write(rows.Span);
    }

    private static long[] Starts(int examples, IReadOnlyList<int> rowBytes)
    {
        var starts = new long[rowBytes.Count];
        for (var run = 1; run < starts.Length; run++)
            starts[run] = starts[run - 1] + ((long)examples * rowBytes[run - 1]);
        return starts;
    }

    /// <summary>Rows of consecutive examples of a run.</summary>
    private sealed class Buffer(int rowBytes, int capacity)
    {
        private byte[]? rows;
        private int first, count;

        public bool Follows(int position) => position == first + count && (count + 1) * rowBytes <= capacity;

        public Span<byte> Next(int position)
        {
            rows ??= new byte[capacity];
            if (count == 0) first = position;
            return rows.AsSpan(count++ * rowBytes, rowBytes);
        }

        public (int Position, ReadOnlyMemory<byte> Rows) Take()
        {
            var taken = rows.AsMemory(0, count * rowBytes);
            (var position, count) = (first, 0);
            return (position, taken);
        }
    }
}
