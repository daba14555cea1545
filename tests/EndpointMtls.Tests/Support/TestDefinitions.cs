using EndpointMtls.Configuration.Model;

namespace EndpointMtls.Tests.Support;

internal static class TestDefinitions
{
    /// <summary>The options of a realm that sets where its CA certificates are, and what a test adds.</summary>
    public static TlsDefinition Tls(Action<TlsOptions>? change = null)
    {
        var options = new TlsOptions { CaFile = { "ca.crt" } };
        change?.Invoke(options);
        return new TlsDefinition(options);
    }

    /// <summary>The same definition but for some options.</summary>
    public static TlsDefinition With(this TlsDefinition tls, Action<TlsOptions> change)
    {
        var options = OptionTables.Tls.Copy(tls.Options);
        change(options);
        return new TlsDefinition(options) { IsServer = tls.IsServer, Versions = tls.Versions };
    }
}
