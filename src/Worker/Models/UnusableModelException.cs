namespace PieService.Worker.Models;

/// <summary>A pretrained model's folder cannot be used as it is; the message names the file, the field and what is wrong.</summary>
public sealed class UnusableModelException(string message, Exception? cause = null) : Exception(message, cause);
