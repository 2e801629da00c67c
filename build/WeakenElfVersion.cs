using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Marks one symbol-version requirement of an ELF64 library as weak (VER_FLG_WEAK), so that the loader skips it where
/// the system's library lacks that version. Does nothing where the system has it, or where it is already weak.
/// </summary>
public class WeakenElfVersion : Task
{
    private const uint VerneedSection = 0x6ffffffe;
    private const ushort Weak = 0x2;

    [Required] public string Library { get; set; }
    [Required] public string SymbolVersion { get; set; }
    [Required] public string SystemLibrary { get; set; }

    public override bool Execute()
    {
        if (File.Exists(SystemLibrary) && Contains(File.ReadAllBytes(SystemLibrary), Encoding.ASCII.GetBytes(SymbolVersion + "\0")))
            return true;

        var elf = File.ReadAllBytes(Library);
        var flags = FlagsOffset(elf);
        if (flags < 0)
        {
            Log.LogError("{0} has no requirement {1}: either it no longer needs weakening, or its layout changed.", Library, SymbolVersion);
            return false;
        }
        if ((BitConverter.ToUInt16(elf, flags) & Weak) != 0) return true;

        elf[flags] |= (byte)Weak;
        // A new file and a rename: the old name may be a hard link into the package cache.
        File.WriteAllBytes(Library + ".weak", elf);
        File.Delete(Library);
        File.Move(Library + ".weak", Library);
        Log.LogMessage(MessageImportance.High, "{0}: {1} is now a weak requirement.", Path.GetFileName(Library), SymbolVersion);
        return true;
    }

    /// <summary>Where the flags of the wanted Vernaux entry stand, or -1.</summary>
    private int FlagsOffset(byte[] elf)
    {
        var sections = (int)BitConverter.ToUInt64(elf, 0x28);
        var sectionSize = BitConverter.ToUInt16(elf, 0x3A);
        var sectionCount = BitConverter.ToUInt16(elf, 0x3C);
        for (var s = 0; s < sectionCount; s++)
        {
            var header = sections + s * sectionSize;
            if (BitConverter.ToUInt32(elf, header + 4) != VerneedSection) continue;

            var names = sections + (int)BitConverter.ToUInt32(elf, header + 0x28) * sectionSize;
            var strings = (int)BitConverter.ToUInt64(elf, names + 0x18);
            var need = (int)BitConverter.ToUInt64(elf, header + 0x18);
            while (true)
            {
                var aux = need + (int)BitConverter.ToUInt32(elf, need + 8);
                var count = BitConverter.ToUInt16(elf, need + 2);
                for (var a = 0; a < count; a++)
                {
                    if (NameAt(elf, strings + (int)BitConverter.ToUInt32(elf, aux + 8)) == SymbolVersion) return aux + 4;
                    aux += (int)BitConverter.ToUInt32(elf, aux + 12);
                }
                var next = (int)BitConverter.ToUInt32(elf, need + 12);
                if (next == 0) break;
                need += next;
            }
        }
        return -1;
    }

    private static string NameAt(byte[] elf, int offset)
    {
        var end = Array.IndexOf(elf, (byte)0, offset);
        return Encoding.ASCII.GetString(elf, offset, end - offset);
    }

    private static bool Contains(byte[] haystack, byte[] needle)
    {
        for (var i = Array.IndexOf(haystack, needle[0]); i >= 0 && i + needle.Length <= haystack.Length; i = Array.IndexOf(haystack, needle[0], i + 1))
        {
            var k = 1;
            while (k < needle.Length && haystack[i + k] == needle[k]) k++;
            if (k == needle.Length) return true;
        }
        return false;
    }
}
