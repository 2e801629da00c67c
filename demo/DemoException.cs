namespace PieService.Demo;

/// <summary>The demo cannot continue, for the reason in the message.</summary>
public sealed class DemoException(string message) : Exception(message);
