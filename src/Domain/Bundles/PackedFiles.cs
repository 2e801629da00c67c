namespace PieService.Domain.Bundles;

/// <summary>
/// The files of a bundle that have the packed values of one run after the other; each is read from its begin to its
/// end.
/// </summary>
internal sealed class PackedFiles(BundleFile bundle) : IDisposable
{
    private readonly Dictionary<string, Unread> files = [];

    /// <summary>The next bytes of a file.</summary>
    public byte[] Next(string name, int length)
    {
        if (!files.TryGetValue(name, out var file))
            files.Add(name, file = new(bundle.Open(name)) { Left = bundle.LengthOf(name) });
        // Before the memory is taken: the lengths of runs are what the bundle states.
        if (file.Left < length)
            throw bundle.Error(name, "is too short for the predictions of the runs that have values in it");
        var bytes = new byte[length];
        file.Content.ReadExactly(bytes);
        file.Left -= length;
        return bytes;
    }

    /// <summary>Checks that every file was read to its end.</summary>
    public void CheckEnd()
    {
        foreach (var (name, file) in files)
            if (file.Left > 0 || file.Content.ReadByte() >= 0)
                throw bundle.Error(name, "is too long for the predictions of the runs that have values in it");
    }

    public void Dispose()
    {
        foreach (var file in files.Values) file.Content.Dispose();
    }

    private sealed class Unread(Stream content)
    {
        public Stream Content { get; } = content;
        public long Left { get; set; }
    }
}
