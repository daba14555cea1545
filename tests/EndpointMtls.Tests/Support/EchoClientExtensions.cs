using EndpointMtls.Tests.Protos;

namespace EndpointMtls.Tests.Support;

/// <summary>Extension methods of clients of the Echo service.</summary>
internal static class EchoClientExtensions
{
    /// <summary>Calls until the server sees this client certificate. No call may fail.</summary>
    public static async Task UntilPresents(this Echo.EchoClient client, string subject)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer != subject)
        {
            timeout.Token.ThrowIfCancellationRequested();
        }
    }
}
