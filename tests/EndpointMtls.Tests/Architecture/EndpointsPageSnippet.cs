using EndpointMtls.Tests.Protos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Architecture;

/// <summary>The code of docs/endpoints.md, which compiles here; <see cref="EndpointsPageTests"/> compares the lines.</summary>
internal static class EndpointsPageSnippet
{
    public static void AddSet(IServiceCollection services) =>
        services.AddEndpointMtls("endpoints.yaml").AddEndpointSet(options => options.UnhealthyTimeout = TimeSpan.FromMinutes(10));

    public static void AddProbe(IServiceCollection services) =>
        services.AddSingleton<IEndpointProbe, EchoProbe>();

    internal sealed class Fleet(IEndpointSet set) : IDisposable
    {
        // Called for every change.
        private readonly IDisposable _subscription = ChangeToken.OnChange(set.GetChangeToken, () => Console.WriteLine(Describe(set.Current)));

        // Each endpoint has its channel, which the set owns.
        public IEnumerable<Echo.EchoClient> Clients =>
            set.Current.Endpoints.Where(endpoint => endpoint.IsUsed).Select(endpoint => new Echo.EchoClient(endpoint.Channel));

        public void Dispose() => _subscription.Dispose();

        private static string Describe(EndpointSetSnapshot now) =>
            string.Join('\n', now.Endpoints.Select(endpoint => $"{endpoint.Realm} {endpoint.Address} {endpoint.Health} {endpoint.LastError}"));
    }

    internal sealed class EchoProbe : IEndpointProbe
    {
        public async Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken) =>
            await new Echo.EchoClient(endpoint.Channel).UnaryAsync(new EchoRequest(), cancellationToken: cancellationToken);
    }
}
