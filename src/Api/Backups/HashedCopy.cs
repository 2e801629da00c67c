using System.Buffers;
using System.Security.Cryptography;

namespace PieService.Api.Backups;

/// <summary>Copies a stream and computes the number and the SHA-256 of its bytes on the way.</summary>
internal static class HashedCopy
{
    private const int BlockBytes = 1 << 20;

    public static async Task<BackupFile> CopyAsync(
        string name, Stream source, Stream target, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var bytes = 0L;
            while (await source.ReadAsync(block.AsMemory(0, BlockBytes), cancellation) is > 0 and var read)
            {
                hash.AppendData(block, 0, read);
                await target.WriteAsync(block.AsMemory(0, read), cancellation);
                bytes += read;
            }
            return new BackupFile(name, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
