using System.Reflection;

namespace PieService.Worker.Supervision;

/// <summary>The versions of the worker and of its tensor library, which runs and kept models record.</summary>
internal static class WorkerVersions
{
    /// <summary>The version of the worker.</summary>
    public static string Own { get; } = typeof(WorkerVersions).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static string Text { get; } = string.Join(
        ", ",
        from assembly in new[] { typeof(WorkerVersions).Assembly, typeof(TorchSharp.torch).Assembly }
        let version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        select $"{assembly.GetName().Name} {version}");
}
