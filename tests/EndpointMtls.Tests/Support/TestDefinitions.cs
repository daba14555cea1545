using System.Security.Authentication;
using EndpointMtls.Configuration.Model;

namespace EndpointMtls.Tests.Support;

internal static class TestDefinitions
{
    /// <summary>The rules of a realm that sets nothing but where its authorities are.</summary>
    public static TlsDefinition Tls { get; } = new()
    {
        CaFiles = ["ca.crt"],
        UseSystemRoots = false,
        InsecureSkipVerify = false,
        MinVersion = SslProtocols.Tls13,
        CheckInterval = TimeSpan.FromSeconds(10),
        SwapJitter = TimeSpan.FromSeconds(30),
        DrainTimeout = TimeSpan.FromMinutes(5),
        CaOverlap = TimeSpan.Zero,
        OnTrustRemoved = TrustRemovedAction.Drain,
        OnExpired = ExpiredAction.Serve,
    };
}
