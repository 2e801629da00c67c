using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Trainers;

public sealed class KillCounterTests : IDisposable
{
    private readonly TemporaryFolder root = new();

    [Fact]
    public void The_counter_is_that_of_the_control_group_of_the_process()
    {
        Write("proc/self/cgroup", "1:cpu:/other\n0::/system.slice/pie.service\n");
        Write("proc/vmstat", "nr_free_pages 10\noom_kill 70\n");
        Write("sys/fs/cgroup/memory.events", "oom_kill 30\n");
        Write("sys/fs/cgroup/system.slice/pie.service/memory.events", "low 0\noom 9\noom_kill 3\noom_group_kill 5\n");
        var counter = KillCounter.Of(root[""]);

        Assert.Equal(3, counter.Read());
        Write("proc/vmstat", "oom_kill 71\n");
        Assert.Equal(3, counter.Read());
        Write("sys/fs/cgroup/system.slice/pie.service/memory.events", "oom_kill 4\n");
        Assert.Equal(4, counter.Read());
    }

    [Fact]
    public void In_a_container_that_does_not_see_its_path_the_group_is_the_root()
    {
        Write("proc/self/cgroup", "0::/kubepods/pod1\n");
        Write("proc/vmstat", "oom_kill 70\n");
        Write("sys/fs/cgroup/memory.events", "oom_kill 2\n");

        Assert.Equal(2, KillCounter.Of(root[""]).Read());
    }

    [Fact]
    public void Without_control_groups_the_machine_counts()
    {
        Write("proc/vmstat", "nr_free_pages 10\noom_kill 70\n");

        Assert.Equal(70, KillCounter.Of(root[""]).Read());
    }

    [Fact]
    public void A_kernel_without_a_counter_has_counted_none() => Assert.Equal(0, KillCounter.Of(root[""]).Read());

    public void Dispose() => root.Dispose();

    private void Write(string file, string text)
    {
        var path = root[file];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
