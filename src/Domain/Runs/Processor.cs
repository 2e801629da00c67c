using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace PieService.Domain.Runs;

/// <summary>The processor of a machine, as its CPUID instruction reports it.</summary>
/// <param name="Vendor">
/// The vendor, such as AuthenticAMD; on architectures other than x86 the name of the architecture.
/// </param>
/// <param name="Family">The family including the extended family, as in lscpu; null if it is unknown.</param>
/// <param name="Model">The model including the extended model, as in lscpu; null if it is unknown.</param>
/// <param name="Name">The name, such as AMD EPYC 9B45; null if it is unknown.</param>
public sealed record Processor(string Vendor, int? Family, int? Model, string? Name)
{
    private const int BrandLeaves = unchecked((int)0x80000000), FirstBrandLeaf = BrandLeaves + 2, LastBrandLeaf =
        BrandLeaves + 4;

    public static Processor Here() =>
        X86Base.IsSupported ? OfX86() : new(RuntimeInformation.ProcessArchitecture.ToString(), null, null, null);

    public override string ToString() =>
        Family is null ? Vendor : $"{Name ?? "a processor"}, {Vendor} family {Family} model {Model}";

    private static Processor OfX86()
    {
        var (_, b, c, d) = X86Base.CpuId(0, 0);
        var (signature, _, _, _) = X86Base.CpuId(1, 0);
        var (family, model) = ((signature >> 8) & 0xF, (signature >> 4) & 0xF);
        // Families beyond 15, and models beyond 15 of families 6 and 15, are in the extended fields.
        if (family is 6 or 15) model += ((signature >> 16) & 0xF) << 4;
        if (family == 15) family += (signature >> 20) & 0xFF;
        return new(Text(b, d, c), family, model, Brand());
    }

    private static string? Brand()
    {
        if ((uint)X86Base.CpuId(BrandLeaves, 0).Eax < unchecked((uint)LastBrandLeaf)) return null;
        var text = new StringBuilder();
        for (var leaf = FirstBrandLeaf; leaf <= LastBrandLeaf; leaf++)
        {
            var (a, b, c, d) = X86Base.CpuId(leaf, 0);
            text.Append(Text(a, b, c, d));
        }
        return text.ToString().Trim() is { Length: > 0 } brand ? brand : null;
    }

    private static string Text(params ReadOnlySpan<int> registers) =>
        Encoding.ASCII.GetString(MemoryMarshal.AsBytes(registers)).TrimEnd('\0');
}
