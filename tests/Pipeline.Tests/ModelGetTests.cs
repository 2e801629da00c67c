using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>
/// The worker's command behind ./pie model get, with a local hub that behaves like Hugging Face.
/// </summary>
public sealed class ModelGetTests : IDisposable
{
    private readonly DirectoryInfo models = Directory.CreateTempSubdirectory("pie-models-");

    public void Dispose() => models.Delete(recursive: true);

    [Fact]
    public async Task A_checkpoint_is_downloaded_completely_although_the_connection_breaks()
    {
        using var hub = new Hub { BreaksAfter = 100_000 };

        var got = await GetAsync(hub, "lab/tiny-bert");

        var folder = Path.Combine(models.FullName, "tiny-bert");
        Assert.Equal(folder, got.Succeeded().Split('\n')[^1]);
        foreach (var (name, content) in hub.Files)
            Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(folder, name)));
        Assert.Equal([folder], Directory.GetFileSystemEntries(models.FullName));
        // Each part of the large file was downloaded once.
        Assert.Equal(hub.Files["model.safetensors"].Length, hub.BytesOfWeights);
        Assert.Contains("already exists", (await GetAsync(hub, "lab/tiny-bert")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_a_wrong_checksum_is_not_kept()
    {
        using var hub = new Hub();
        hub.Promises["vocab.txt"] = new string('0', 40);

        var refused = await GetAsync(hub, "lab/tiny-bert");

        Assert.Equal(1, refused.Code);
        Assert.Contains("checksum", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(models.FullName, "vocab.txt", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(Path.Combine(models.FullName, "tiny-bert")));
    }

    [Fact]
    public async Task A_model_that_lacks_a_file_is_refused_with_the_name_of_the_file()
    {
        using var hub = new Hub();
        hub.Files.Remove("vocab.txt");

        var refused = await GetAsync(hub, "lab/tiny-bert");

        Assert.Equal(1, refused.Code);
        Assert.Contains("vocab.txt", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(models.FullName, "tiny-bert")));
    }

    [Fact]
    public async Task A_model_without_tokenizer_settings_is_a_valid_checkpoint()
    {
        using var hub = new Hub();
        hub.Files.Remove("tokenizer_config.json");

        (await GetAsync(hub, "tiny-bert")).Succeeded();

        Assert.True(File.Exists(Path.Combine(models.FullName, "tiny-bert", "model.safetensors")));
    }

    [Fact]
    public async Task A_checkpoint_in_shards_is_downloaded_with_its_index()
    {
        using var hub = new Hub();
        hub.Files["model-00001-of-00002.safetensors"] = hub.Files["model.safetensors"];
        hub.Files["model-00002-of-00002.safetensors"] = "second"u8.ToArray();
        hub.Files["model.safetensors.index.json"] = """
            {"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}
            """u8.ToArray();
        hub.Files["added_tokens.json"] = "{}"u8.ToArray();
        hub.Files.Remove("model.safetensors");

        (await GetAsync(hub, "tiny-bert")).Succeeded();

        foreach (var (name, content) in hub.Files)
            Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(models.FullName, "tiny-bert", name)));
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../../a.safetensors"}}""", "weight_map.a is '../../a.safetensors', not the")]
    [InlineData("""{"weight_map":{"a":"a.safetensors"}}""", "has no a.safetensors, which its model.safetensors.index")]
    [InlineData(null, "has no model.safetensors; a BERT checkpoint needs this file")]
    public async Task An_index_that_leads_to_no_file_of_the_model_is_refused(string? index, string reason)
    {
        using var hub = new Hub();
        hub.Files.Remove("model.safetensors");
        if (index is not null) hub.Files["model.safetensors.index.json"] = Encoding.UTF8.GetBytes(index);

        var refused = await GetAsync(hub, "lab/tiny-bert");

        Assert.Equal(1, refused.Code);
        Assert.Contains(reason, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(models.FullName, "tiny-bert")));
    }

    [Theory]
    [InlineData("tokenizer_config.json")]
    [InlineData("model.safetensors")]
    public async Task A_file_that_is_temporarily_unavailable_is_not_treated_as_missing(string file)
    {
        using var hub = new Hub { Refused = file };

        var refused = await GetAsync(hub, "lab/tiny-bert");

        Assert.Equal(1, refused.Code);
        Assert.Contains($"{file} cannot be read at the moment", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(models.FullName, "tiny-bert")));

        hub.Refused = null;
        (await GetAsync(hub, "lab/tiny-bert")).Succeeded();

        Assert.Equal(hub.Files[file], await File.ReadAllBytesAsync(Path.Combine(models.FullName, "tiny-bert", file)));
        Assert.Equal(hub.Files["model.safetensors"].Length, hub.BytesOfWeights);
    }

    [Fact]
    public async Task A_model_of_another_owner_does_not_replace_one_of_the_same_name()
    {
        using var hub = new Hub();
        (await GetAsync(hub, "lab/tiny-bert")).Succeeded();

        var refused = await GetAsync(hub, "other/tiny-bert");

        Assert.Equal(1, refused.Code);
        Assert.Contains("holds lab/tiny-bert, and other/tiny-bert", refused.Error, StringComparison.Ordinal);

        // A folder without a revision was put there by hand.
        File.Delete(Path.Combine(models.FullName, "tiny-bert", "revision"));
        Assert.Contains(
            "already exists", (await GetAsync(hub, "other/tiny-bert")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("lab/..")]
    [InlineData("a/b/c")]
    [InlineData("--output")]
    [InlineData("")]
    public async Task An_invalid_model_name_gives_exit_code_2(string name)
    {
        using var hub = new Hub();

        Assert.Equal(2, (await GetAsync(hub, name)).Code);
        Assert.Empty(Directory.GetFileSystemEntries(models.FullName));
    }

    [Fact]
    public async Task A_model_that_the_hub_does_not_have_gives_exit_code_1_and_a_message()
    {
        using var hub = new Hub();
        hub.Files.Clear();

        var refused = await GetAsync(hub, "lab/tiny-bert");

        Assert.Equal(1, refused.Code);
        Assert.Contains("has no lab/tiny-bert", refused.Error, StringComparison.Ordinal);
    }

    private async Task<Command> GetAsync(Hub hub, string name)
    {
        var settings = new Dictionary<string, string>
        {
            ["PIE_HUB"] = hub.Address,
            ["PIE_MODELS"] = models.FullName,
            ["no_proxy"] = "127.0.0.1",
        };
        var (code, output, errors) = await ServiceProcess.RunWorkerAsync(settings, "model", "get", name);
        return new(code, output, errors);
    }

    /// <summary>
    /// A hub that serves small files directly with git's checksum, and redirects to the weights with their SHA-256.
    /// </summary>
    private sealed class Hub : IDisposable
    {
        private const string Revision = "0123456789abcdef0123456789abcdef01234567";

        private readonly HttpStub stub;
        private bool isBroken;

        public Hub()
        {
            var weights = new byte[300_000];
            for (var i = 0; i < weights.Length; i++) weights[i] = (byte)(i * 7 % 251);
            Files = new()
            {
                ["config.json"] = "{}"u8.ToArray(),
                ["vocab.txt"] = Encoding.UTF8.GetBytes("[PAD]\n[UNK]\né\n"),
                ["model.safetensors"] = weights,
                ["tokenizer_config.json"] = """{"do_lower_case":true}"""u8.ToArray(),
            };
            stub = new HttpStub(context =>
            {
                Answer(context.Request, context.Response);
                return Task.CompletedTask;
            });
        }

        public string Address => $"http://127.0.0.1:{stub.Port}";

        public Dictionary<string, byte[]> Files { get; }

        /// <summary>Wrong checksums, by file name.</summary>
        public Dictionary<string, string> Promises { get; } = [];

        /// <summary>The one file for which the hub responds with 503.</summary>
        public string? Refused { get; set; }

        /// <summary>The number of bytes after which the first response with the weights breaks off.</summary>
        public int? BreaksAfter { get; init; }

        public int BytesOfWeights { get; private set; }

        public void Dispose() => stub.Dispose();

        private void Answer(HttpListenerRequest request, HttpListenerResponse response)
        {
            var path = request.Url!.Segments;
            var file = path[^1];
            var isWeights = file == "model.safetensors";
            if (file == Refused)
            {
                response.StatusCode = 503;
                response.Close();
            }
            else if (!Files.TryGetValue(file, out var content))
            {
                response.StatusCode = 404;
                response.Close();
            }
            else if (isWeights && path[1] != "storage/")
            {
                Assert.Contains($"/resolve/{Revision}/", request.RawUrl, StringComparison.Ordinal);
                response.Headers["X-Linked-Etag"] = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\"";
                response.Redirect($"{Address}/storage/{file}");
                response.Close();
            }
            else
            {
                response.Headers["X-Repo-Commit"] = Revision;
                response.Headers["ETag"] =
                    $"\"{(isWeights ? "of-the-storage" : Promises.GetValueOrDefault(file, GitChecksum(content)))}\"";
                Send(request, response, content, isWeights);
            }
        }

        private void Send(HttpListenerRequest request, HttpListenerResponse response, byte[] content, bool isWeights)
        {
            var from = request.Headers["Range"] is { } range
                ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
            if (from > 0)
            {
                response.StatusCode = 206;
                response.Headers["Content-Range"] = $"bytes {from}-{content.Length - 1}/{content.Length}";
            }
            response.ContentLength64 = content.Length - from;
            if (request.HttpMethod == "HEAD")
            {
                response.Close();
                return;
            }
            var until = isWeights && BreaksAfter is { } bytes && !isBroken ? bytes : content.Length;
            response.OutputStream.Write(content, from, until - from);
            if (isWeights) BytesOfWeights += until - from;
            if (until == content.Length)
            {
                response.Close();
                return;
            }
            response.OutputStream.Flush();
            response.Abort();
            isBroken = true;
        }

        private static string GitChecksum(byte[] content) =>
#pragma warning disable CA5350 // git uses SHA-1
            Convert.ToHexStringLower(
                SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350
    }
}
