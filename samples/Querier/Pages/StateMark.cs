using EndpointMtls;
using Microsoft.AspNetCore.Html;
using Querier.Stores;
using static Querier.Pages.Markup;

namespace Querier.Pages;

/// <summary>A state as a word with a sign, so that colour is not the only cue.</summary>
internal static class StateMark
{
    public static IHtmlContent Of(EndpointHealth health) => health switch
    {
        EndpointHealth.Healthy => Render("good", "✓", "Up"),
        EndpointHealth.Unhealthy => Render("bad", "✕", "Down"),
        EndpointHealth.NotProbed => Render("wait", "–", "Not probed"),
        _ => Render("wait", "…", "Unknown"),
    };

    public static IHtmlContent Of(DiscoverySource source) => source switch
    {
        { LastError: not null } => Render("bad", "✕", "Failing"),
        { LastSuccess: null } => Render("wait", "…", "Waiting"),
        _ => Render("good", "✓", "Good"),
    };

    /// <summary>The CSS class for several endpoints: bad if one is down.</summary>
    public static string Class(IReadOnlyList<GrpcEndpoint> endpoints) =>
        endpoints.Any(endpoint => endpoint.Health == EndpointHealth.Unhealthy) ? "bad"
        : endpoints.Count == 0 || endpoints.Any(endpoint => endpoint.Health == EndpointHealth.Unknown) ? "wait"
        : "good";

    /// <summary>The sentence that the script announces to screen readers when it changes.</summary>
    public static string Sentence(GrpcEndpoint endpoint) =>
        $"{endpoint.Address} of {endpoint.Realm} is {HealthText.State(endpoint.Health)}{(endpoint.Health == EndpointHealth.Unhealthy ? $": {Words(endpoint.LastErrorReason)}" : "")}";

    private static IHtmlContent Render(string tone, string sign, string word) =>
        Html($"""<span class="state {tone}"><span aria-hidden="true">{sign}</span> {word}</span>""");

    // For example, NameMismatch becomes 'name mismatch'.
    private static string Words(ConnectionFailureReason? reason) => reason is null
        ? "it failed"
        : string.Concat(reason.Value.ToString().Select((letter, index) => char.IsUpper(letter) ? $"{(index > 0 ? " " : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));
}
