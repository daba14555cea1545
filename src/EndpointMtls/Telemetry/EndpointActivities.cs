using System.Diagnostics;
using System.Net;
using EndpointMtls.Text;

namespace EndpointMtls.Telemetry;

/// <summary>The activities (spans) of the source <c>EndpointMtls</c>. Names follow the semantic conventions of OpenTelemetry.</summary>
internal static class EndpointActivities
{
    private static readonly ActivitySource Source = new("EndpointMtls");

    private static readonly HttpRequestOptionsKey<ActivityContext> CallKey = new("EndpointMtls.Call");

    /// <summary>Remembers the activity of a call. A handler opens connections outside the call that needs them.</summary>
    public static void Remember(HttpRequestMessage call)
    {
        if (Source.HasListeners() && Activity.Current is { } current)
        {
            call.Options.Set(CallKey, current.Context);
        }
    }

    /// <summary>Runs a connection attempt with an activity under that of the call that needs the connection.</summary>
    /// <param name="call">The call; <see langword="null"/> for an attempt without an activity.</param>
    /// <param name="endPoint">The end point.</param>
    /// <param name="realm">The name of the realm.</param>
    /// <param name="connect">The attempt.</param>
    public static async ValueTask<T> ConnectAsync<T>(
        HttpRequestMessage? call, DnsEndPoint endPoint, string realm, Func<ValueTask<T>> connect)
    {
        var parent = call?.Options.TryGetValue(CallKey, out var context) == true ? context : default;
        using var activity = call is null ? null : Source.StartActivity("connect", ActivityKind.Client, parent)
            ?.SetTag("server.address", endPoint.Host).SetTag("server.port", endPoint.Port).SetTag("endpoint_mtls.realm", realm);
        try
        {
            return await connect().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            activity.Fail(exception);
            throw;
        }
    }

    /// <summary>Starts the activity of one step of a connection attempt: <c>dial</c> or <c>tls</c>.</summary>
    /// <returns><see langword="null"/> if the attempt is not traced.</returns>
    public static Activity? StartStep(string name) =>
        Activity.Current is { } current && current.Source == Source ? Source.StartActivity(name, ActivityKind.Client) : null;

    /// <summary>Starts the activity of the lookup of a host name.</summary>
    public static Activity? StartLookup(string host) =>
        Source.StartActivity("dns", ActivityKind.Client)?.SetTag("dns.question.name", host);

    /// <summary>Starts the activity of a probe of an endpoint.</summary>
    /// <remarks>
    /// Without a listener, it is one that is not sampled: the HTTP and gRPC activities of the probe have a parent then, and samplers that
    /// follow their parents leave them out.
    /// </remarks>
    public static Activity StartProbe(string endpoint) =>
        (Source.StartActivity("probe") ?? new Activity("probe").Start())
            .SetTag("endpoint_mtls.endpoint", endpoint);

    /// <summary>Marks an activity as failed.</summary>
    public static void Fail(this Activity? activity, Exception exception)
    {
        if (activity is not null)
        {
            var reason = EndpointConnectionException.ReasonOf(exception)?.ToString() ?? exception.GetType().FullName;
            activity.SetTag("error.type", reason).SetStatus(ActivityStatusCode.Error, Snippet.OfPeer(exception.Message));
        }
    }
}
