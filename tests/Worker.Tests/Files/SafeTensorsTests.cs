using System.Security.Cryptography;
using PieService.Worker.Files;

namespace PieService.Worker.Tests.Files;

public sealed class SafeTensorsTests : IDisposable
{
    private static readonly float[] One = [1];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Tensors_and_metadata_are_read_back_as_written()
    {
        var file = new SafeTensors { Metadata = { ["key"] = "value \"quoted\" é" } };
        file.Add("bytes", new byte[] { 1, 0, 1 });
        file.Add("floats", new[] { 1.5f, -0.0f, float.NaN, float.MinValue, 4, 5 }, 2, 3);
        file.Add("ints", new[] { int.MinValue, 7 });
        file.Add("longs", new[] { long.MaxValue });
        file.Add("doubles", new[] { Math.PI });
        file.Add("empty", Array.Empty<float>(), 0, 4);
        file.Write(folder["a"]);

        var read = SafeTensors.Read(folder["a"]);

        Assert.Equal("value \"quoted\" é", read.Metadata["key"]);
        Assert.Equal([1, 0, 1], read.Get<byte>("bytes"));
        Assert.Equal(
            new[] { 1.5f, -0.0f, float.NaN, float.MinValue, 4, 5 }.Select(BitConverter.SingleToInt32Bits),
            read.Get<float>("floats").Select(BitConverter.SingleToInt32Bits));
        Assert.Equal([2, 3], read.Shape("floats"));
        Assert.Equal([int.MinValue, 7], read.Get<int>("ints"));
        Assert.Equal([long.MaxValue], read.Get<long>("longs"));
        Assert.Equal([Math.PI], read.Get<double>("doubles"));
        Assert.Equal([0, 4], read.Shape("empty"));
    }

    [Fact]
    public void Only_the_slice_of_an_array_is_written()
    {
        var file = new SafeTensors();
        file.Add<float>("slice", new float[] { 1, 2, 3, 4 }.AsMemory(1, 2));
        file.Write(folder["a"]);
        Assert.Equal([2, 3], SafeTensors.Read(folder["a"]).Get<float>("slice"));
        Assert.Equal([2, 3], file.Get<float>("slice"));
    }

    [Fact]
    public void The_hash_is_that_of_the_file_and_no_temporary_file_remains()
    {
        var file = new SafeTensors();
        file.Add("a", One);
        Assert.Equal(
            file.Write(folder["a"]), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder["a"]))));
        Assert.Equal([folder["a"]], Directory.GetFiles(folder[""]));
    }

    [Fact]
    public void A_wrong_type_name_or_shape_is_refused()
    {
        var file = new SafeTensors();
        file.Add("a", One);
        Assert.Throws<InvalidDataException>(() => file.Get<int>("a"));
        Assert.Throws<InvalidDataException>(() => file.Get<float>("b"));
        Assert.Throws<ArgumentException>(() => file.Add("c", One, 2));
    }

    [Fact]
    public void The_name_of_the_metadata_is_refused_for_a_tensor() =>
        Assert.Throws<ArgumentException>(() => new SafeTensors().Add("__metadata__", One));
}
