using PieService.Worker.Machines;

namespace PieService.Worker.Tests.Machines;

public sealed class GpuTests
{
    /// <summary>What nvidia-smi prints on a machine with a plain GPU and one that is divided (MIG).</summary>
    internal const string Table = """
        0, GPU-11111111-2222-3333-4444-555555555555, 143771, 1024, 37, 41, 570.86.15, Disabled, NVIDIA H200
        1, GPU-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee, 81559, 512, [N/A], 38, 570.86.15, Enabled, NVIDIA H100 80GB HBM3
        3, GPU-99999999-2222-3333-4444-555555555555, 8192, 0, 0, 30, 570.86.15, [N/A], NVIDIA GeForce RTX 2070, Super
        """;

    internal const string List = """
        GPU 0: NVIDIA H200 (UUID: GPU-11111111-2222-3333-4444-555555555555)
        GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee)
          MIG 3g.40gb     Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)
          MIG 1g.10gb+me  Device  1: (UUID: MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb)
        GPU 3: NVIDIA GeForce RTX 2070, Super (UUID: GPU-99999999-2222-3333-4444-555555555555)
        """;

    [Fact]
    public void A_listing_has_each_whole_GPU_and_each_part_of_a_divided_one()
    {
        var gpus = Gpu.Parse(Table, List);

        Assert.Equal(
            [
                new(0, "GPU-11111111-2222-3333-4444-555555555555", "NVIDIA H200", 143771, 1024, 37, 41, "570.86.15"),
                new(1, "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f", "NVIDIA H100 80GB HBM3 MIG 3g.40gb", 40960, null,
                    null, 38, "570.86.15"),
                new(1, "MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb", "NVIDIA H100 80GB HBM3 MIG 1g.10gb+me", 10240, null,
                    null, 38, "570.86.15"),
                new(3, "GPU-99999999-2222-3333-4444-555555555555", "NVIDIA GeForce RTX 2070, Super", 8192, 0, 0, 30,
                    "570.86.15"),
            ],
            gpus);
    }

    [Fact]
    public void A_message_instead_of_a_table_lists_no_GPU() => Assert.Empty(
        Gpu.Parse("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", ""));
}
