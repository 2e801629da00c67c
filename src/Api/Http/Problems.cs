using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Npgsql;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.Http;

/// <summary>Converts every exception that the code of a request does not catch to RFC 9457 problem details.</summary>
public sealed class Problems(IProblemDetailsService problems, ILogger<Problems> logger) : IExceptionHandler
{
    private const int RetryAfterSeconds = 5;

    /// <summary>Npgsql's message for a command that took too long; one for a connection differs from it.</summary>
    private const string CommandTimeout = "Timeout during reading attempt";

    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The client has gone, so no response is needed.
        if (httpContext.RequestAborted.IsCancellationRequested) return true;

        var problem = Describe(exception);
        if (problem.Status == StatusCodes.Status500InternalServerError)
            ApiLog.Unexpected(logger, httpContext.Request.Path, exception);
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            httpContext.Response.SetRetryAfter(RetryAfterSeconds);
        httpContext.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = problem,
        });
    }

    public static ProblemHttpResult NotFound(string what, Guid id) =>
        TypedResults.Problem($"There is no {what} with the id {id}.", statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult Conflict(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status409Conflict);

    /// <summary>Sets the members that every problem has, whichever code created it.</summary>
    public static void Complete(ProblemDetailsContext context)
    {
        var (problem, request) = (context.ProblemDetails, context.HttpContext.Request);
        problem.Status ??= context.HttpContext.Response.StatusCode;
        // RFC 9457: the type about:blank adds no meaning to the status code.
        problem.Type ??= "about:blank";
        problem.Title ??= ReasonPhrases.GetReasonPhrase(problem.Status.Value);
        problem.Instance ??= request.Path;
        problem.Detail ??= problem.Status switch
        {
            StatusCodes.Status404NotFound =>
                "There is no resource at this address. For the addresses of the API see /swagger.",
            StatusCodes.Status405MethodNotAllowed =>
                $"The method {request.Method} is not supported at this address. Use one of: "
                + $"{context.HttpContext.Response.Headers.Allow}.",
            StatusCodes.Status415UnsupportedMediaType =>
                "The Content-Type of the body is not supported. For the supported ones see /swagger.",
            _ => null,
        };
        problem.Extensions["traceId"] = Activity.Current?.Id ?? context.HttpContext.TraceIdentifier;
    }

    private static ProblemDetails Describe(Exception exception) => exception switch
    {
        InvalidRequestException invalid => Invalid(invalid.Errors),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => Problem(
            StatusCodes.Status408RequestTimeout,
            "The body was sent too slowly: at less than 240 bytes per second for more than five seconds."),
        BadHttpRequestException bad => Problem(bad.StatusCode, bad.Message),
        _ when exception.GetBaseException() is TimeoutException { Message: CommandTimeout } => Problem(
            StatusCodes.Status503ServiceUnavailable,
            "The database did not process the request in time. Try again after Retry-After seconds. If this fails too "
            + "while other requests succeed, ask for less, for example with filters that select fewer rows."),
        _ when DatabaseOutage.IsCauseOf(exception) => Problem(
            StatusCodes.Status503ServiceUnavailable,
            "The database is not reachable. Try again after Retry-After seconds."),
        _ when exception.GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation } =>
            Problem(
                StatusCodes.Status409Conflict,
                "A resource that the request refers to has just been deleted, or a resource that it deletes is now "
                + "in use. Read the resources again and repeat the request."),
        _ => Problem(
            StatusCodes.Status500InternalServerError,
            "The service failed. The log of the service has the cause under the traceId of this response."),
    };

    private static HttpValidationProblemDetails Invalid(IReadOnlyList<FieldError> errors) =>
        new(errors.GroupBy(error => error.Field)
            .ToDictionary(field => field.Key, field => field.Select(error => error.Message).ToArray()))
        {
            Status = StatusCodes.Status400BadRequest,
            Title = "The request is not valid.",
            Detail = "See errors: each entry names a field and how to fix it.",
        };

    private static ProblemDetails Problem(int status, string detail) => new() { Status = status, Detail = detail };
}
