namespace PieService.Domain.Tests.Pies;

/// <summary>What a run answered, as it is stored.</summary>
internal static class Answers
{
    public static byte[] Packed(params int[] classes) => [.. classes.SelectMany(c => BitConverter.GetBytes((ushort)c))];
}
