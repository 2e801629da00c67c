namespace PieService.Demo;

/// <summary>The demo cannot go on; the message says why.</summary>
public sealed class DemoException(string message) : Exception(message);
