using System.Security.Authentication;

namespace EndpointMtls.Tests.Architecture;

/// <summary>The code of docs/configuration.md, which compiles here; <see cref="ConfigurationPageTests"/> compares the lines.</summary>
internal static class ConfigurationPageSnippet
{
    public static void Configure(EndpointMtlsOptions options) =>
        options.Realms.Add(new RealmOptions
        {
            Name = "remote-eu",
            TlsConfig = new TlsOptions
            {
                CertFile = "eu/tls.crt",
                KeyFile = "eu/tls.key",
                CaFile = { "eu/ca.crt" },
                MinVersion = SslProtocols.Tls12,
                DrainTimeout = TimeSpan.FromMinutes(10),
            },
            Endpoints = { "thanos-1.eu.example.com:443" },
            Match = { "*.eu.example.com" },
        });
}
