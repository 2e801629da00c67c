using PieService.Worker.Machines;
using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Machines;

public sealed class WorkerSettingsTests
{
    private const string Whole = "GPU-11111111-2222-3333-4444-555555555555";
    private const string Large = "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f";
    private const string Small = "MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb";
    private const string Last = "GPU-99999999-2222-3333-4444-555555555555";

    [Theory]
    [InlineData(null, 10)]
    [InlineData("0", 0)]
    [InlineData("600", 600)]
    public void The_interval_of_checkpoints_is_a_setting(string? given, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), With(("PIE_CHECKPOINT_SECONDS", given)).CheckpointInterval);

    [Fact]
    public void A_negative_interval_is_refused_by_its_name() => Assert.Contains(
        "PIE_CHECKPOINT_SECONDS",
        Assert.Throws<FormatException>(() => With(("PIE_CHECKPOINT_SECONDS", "-1"))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Without_CUDA_in_the_library_auto_is_the_processor()
    {
        var settings = With(("PIE_SLOTS", "3"));

        Assert.Equal(("cpu", 3, false), (settings.DeviceType, settings.Slots, settings.IsGpu));
    }

    [Theory]
    [InlineData("cuda", null, Whole, Large, Small, Last)]
    [InlineData("cuda:0,cuda:3", null, Whole, Last)]
    [InlineData("cuda:3", null, Last)]
    [InlineData("cuda:1", null, Large, Small)]
    [InlineData(Small, null, Small)]
    [InlineData("MIG-c6d4", null, Large)]
    [InlineData("cuda", "3", Last)]
    [InlineData("cuda", "3,0", Last, Whole)]
    [InlineData("cuda", "GPU-9999,7,0", Last)]
    [InlineData("cuda", Large, Large)]
    [InlineData("cuda:3", "3,0", Last)]
    public void A_trainer_sees_its_GPU_by_UUID(string device, string? visible, params string[] expected)
    {
        var settings = With(("PIE_DEVICE", device), ("CUDA_VISIBLE_DEVICES", visible), ("PIE_SLOTS_PER_GPU", "1"));

        Assert.Equal(
            expected,
            Enumerable.Range(0, settings.Slots).Select(slot =>
                TrainerStart.Of(settings, slot, TrainerProcess.Trainer).Environment["CUDA_VISIBLE_DEVICES"]));
        var start = TrainerStart.Of(settings, 0, TrainerProcess.Trainer).Environment;
        Assert.Equal(("cuda", "PCI_BUS_ID"), (start["PIE_DEVICE"], start["CUDA_DEVICE_ORDER"]));
    }

    [Fact]
    public void A_trainer_on_the_processor_keeps_the_environment_of_its_worker()
    {
        var start = TrainerStart.Of(With(("PIE_DEVICE", "cpu")), 0, TrainerProcess.Trainer).Environment;

        Assert.Equal("cpu", start["PIE_DEVICE"]);
        Assert.False(start.ContainsKey("CUDA_DEVICE_ORDER"));
    }

    [Fact]
    public void By_default_small_models_share_a_GPU_by_its_memory_and_a_BERT_is_alone()
    {
        var settings = With(("PIE_DEVICE", "cuda"));

        Assert.Equal([(4, true), (4, true), (1, true), (1, true)], PlacesOf(settings));
    }

    [Fact]
    public void A_number_of_slots_that_was_set_holds_for_every_model()
    {
        Assert.All(PlacesOf(With(("PIE_DEVICE", "cuda"), ("PIE_SLOTS_PER_GPU", "2"))), Has((2, false)));
        Assert.Equal(
            [(2, false), (2, false), (1, false), (1, false)],
            PlacesOf(With(("PIE_DEVICE", "cuda"), ("PIE_SLOTS", "6"))));
        Assert.Equal([(1, false), (1, false)], PlacesOf(With(("PIE_DEVICE", "cuda"), ("PIE_SLOTS", "2"))));
        Assert.Contains(
            "Unset one of them",
            Assert.Throws<FormatException>(
                () => With(("PIE_DEVICE", "cuda"), ("PIE_SLOTS", "2"), ("PIE_SLOTS_PER_GPU", "2"))).Message,
            StringComparison.Ordinal);

        static Action<(int, bool)> Has((int, bool) expected) => actual => Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("cuda:2", "cuda:0 (GPU-11111111")]
    [InlineData("gpu", "must be auto, cpu, cuda, or a list")]
    [InlineData("cuda:0,cpu", "must be auto, cpu, cuda, or a list")]
    [InlineData("MIG-00", "PIE_DEVICE names MIG-00")]
    public void A_device_that_does_not_exist_is_refused_with_those_that_do(string device, string message) =>
        Assert.Contains(
            message, Assert.Throws<FormatException>(() => With(("PIE_DEVICE", device))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("cuda", "")]
    [InlineData("cuda", "-1")]
    [InlineData("cuda", "NoDevFiles")]
    [InlineData("cuda:0", "NoDevFiles")]
    public void GPUs_that_a_scheduler_hides_are_not_used(string device, string visible)
    {
        Assert.Contains(
            $"CUDA_VISIBLE_DEVICES='{visible}' hides every GPU",
            Assert.Throws<FormatException>(
                () => With(("PIE_DEVICE", device), ("CUDA_VISIBLE_DEVICES", visible))).Message,
            StringComparison.Ordinal);
        // Without nvidia-smi too, where it is not known which GPUs there are.
        Assert.Throws<FormatException>(() => WorkerSettings.From(
            name => name switch { "PIE_DEVICE" => device, "CUDA_VISIBLE_DEVICES" => visible, _ => null }, () => []));
        Assert.Empty(GpuChoice.Of("auto", visible, Gpu.Parse(GpuTests.Table, GpuTests.List)));
    }

    [Fact]
    public void A_worker_states_the_names_of_its_devices()
    {
        Assert.Equal("cuda:0, cuda:1, cuda:3", With(("PIE_DEVICE", "cuda")).DeviceNames);
        Assert.Equal("cpu", With().DeviceNames);
    }

    [Fact]
    public void A_run_has_the_name_of_the_GPU_that_trains_it()
    {
        var settings = With(("PIE_DEVICE", "cuda:0,cuda:3"), ("PIE_SLOTS_PER_GPU", "1"));
        var devices = new DeviceMemory(settings, TrainerMemory.Of(settings));

        Assert.Equal(("cuda:0", "cuda:3"), (devices.NameOf(0), devices.NameOf(1)));
    }

    [Fact]
    public void Without_nvidia_smi_a_GPU_is_selected_by_its_index()
    {
        var settings = WorkerSettings.From(
            name => name switch { "PIE_DEVICE" => "cuda:1,cuda:3", _ => null }, () => []);

        Assert.Equal(
            ["1", "3"],
            Enumerable.Range(0, settings.Slots).Select(slot =>
                TrainerStart.Of(settings, slot, TrainerProcess.Trainer).Environment["CUDA_VISIBLE_DEVICES"]));
    }

    [Fact]
    public void A_report_has_the_state_of_each_GPU_at_the_last_listing()
    {
        var settings = With(("PIE_DEVICE", "cuda:0"));
        var later = Gpu.Parse(GpuTests.Table.Replace("1024, 37, 41", "9000, 98, 71", StringComparison.Ordinal), "");

        var device = Assert.Single(settings.Report(later));

        Assert.Equal(
            ("cuda:0", 4, Whole, "NVIDIA H200", 143771L, 9000L, 98, 71, "570.86.15"),
            (device.Name, device.Slots, device.Uuid, device.Model, device.MemoryMib, device.UsedMib, device.Utilisation,
                device.Temperature, device.Driver));
    }

    private static IEnumerable<(int, bool)> PlacesOf(WorkerSettings settings) =>
        settings.Devices.Select(device => (device.Places, device.BertIsAlone));

    private static WorkerSettings With(params (string Name, string? Value)[] given) => WorkerSettings.From(
        name => given.FirstOrDefault(setting => setting.Name == name).Value,
        () => Gpu.Parse(GpuTests.Table, GpuTests.List));
}
