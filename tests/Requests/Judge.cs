using System.Text.Json;
using System.Text.Json.Nodes;

namespace PieService.Requests;

/// <summary>The rules for every response.</summary>
public static class Judge
{
    /// <summary>
    /// Whether the server itself refused a request that is not valid HTTP, before our code: the response has no body.
    /// </summary>
    public static bool IsRefusedByServer(Draft draft, Answer answer) =>
        draft.MayBeRefused && answer is
        {
            Status: 400 or 405 or 408 or 411 or 413 or 414 or 431 or 501 or 505,
            MediaType: null, Body.Length: 0
        };

    /// <returns>The fault of the response; null if there is none.</returns>
    public static string? WrongWith(Contract contract, Draft draft, Answer? answer)
    {
        if (answer is null) return draft.HangsUp || draft.MayBeRefused ? null : "no response";
        if (IsRefusedByServer(draft, answer)) return null;
        // More uploads at a time than one client may have.
        if (answer.Status == 503 && answer.Text.Contains("Too many uploads", StringComparison.Ordinal)) return null;
        if (answer.Status >= 500) return $"{answer.Status}";
        if (!answer.IsWhole && answer.MediaType != "text/event-stream") return $"{answer.Status} breaks off";
        if (draft.Method == "HEAD") return answer.Body.Length == 0 ? null : "HEAD has a body";
        if (answer.Status >= 400 && WrongWithProblem(answer) is { } wrong) return $"{answer.Status} {wrong}";
        if (!draft.IsOperations) return null;
        // Every operation can return these, so only docs/api.md has them: the body came too slowly, or the address or
        // the headers are too long.
        if (answer.Status is 408 or 414 or 431) return null;
        if (!draft.Operation.Documents(answer.Status)) return $"{answer.Status} is not documented";
        if (answer.MediaType is null)
            return answer.Status is 204 or 304 && answer.Body.Length == 0
                ? null : $"{answer.Status} without a media type";
        var documented = draft.Operation.Answers.Where(known => known.Status == $"{answer.Status}")
            .Select(known => known.MediaType).ToList();
        if (!documented.Contains(answer.MediaType)) return $"{answer.Status} as {answer.MediaType} is not documented";
        return contract.Misfits(draft.Operation, answer.Status, answer.MediaType, answer.Text) is [var misfit, ..]
            ? $"{answer.Status} does not fit its schema: {misfit}" : null;
    }

    private static string? WrongWithProblem(Answer answer)
    {
        if (answer.MediaType != "application/problem+json") return $"is {answer.MediaType ?? "nothing"}, not a problem";
        JsonObject problem;
        try
        {
            problem = JsonNode.Parse(answer.Body)!.AsObject();
        }
        catch (JsonException)
        {
            return "is not JSON";
        }
        if (((string[])["type", "title", "status", "instance", "traceId"])
            .FirstOrDefault(field => problem[field] is null) is { } lacking) return $"has no {lacking}";
        if ((int)problem["status"]! != answer.Status) return "has another status";
        if (problem["errors"] is JsonObject errors)
            return errors.Count > 0 && errors.All(error => error.Value is JsonArray { Count: > 0 })
                ? null : "names no field";
        return string.IsNullOrWhiteSpace((string?)problem["detail"]) ? "has no detail" : null;
    }
}
