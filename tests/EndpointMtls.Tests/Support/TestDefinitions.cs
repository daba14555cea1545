using EndpointMtls.Configuration.Model;

namespace EndpointMtls.Tests.Support;

internal static class TestDefinitions
{
    /// <summary>The definition of a realm with a CA file, and with the options that a test changes.</summary>
    public static TlsDefinition Tls(Action<TlsOptions>? change = null)
    {
        var options = new TlsOptions { CaFile = { "ca.crt" } };
        change?.Invoke(options);
        return new TlsDefinition(options);
    }

    /// <summary>A copy of a definition with some options changed.</summary>
    public static TlsDefinition With(this TlsDefinition tls, Action<TlsOptions> change)
    {
        var options = OptionTables.Tls.Copy(tls.Options);
        change(options);
        return new TlsDefinition(options) { IsServer = tls.IsServer, Versions = tls.Versions };
    }
}
