using EndpointMtls;
using Thanos.CommandLine;

namespace StoreNode;

/// <summary>Converts the TLS flags of Thanos to server options.</summary>
internal sealed record ServerTlsFlags
{
    public string? Certificate { get; init; }

    public string? Key { get; init; }

    public string? ClientCa { get; init; }

    public TimeSpan? MaxConnectionAge { get; init; }

    public TimeSpan? MaxConnectionAgeGrace { get; init; }

    public TimeSpan? CloseOnRotation { get; init; }

    /// <returns>The options; null, plaintext, if no file is set.</returns>
    /// <exception cref="StartupException">A flag is missing.</exception>
    public ServerTlsOptions? ToOptions()
    {
        switch (Certificate, Key, ClientCa)
        {
            case (null, null, null): return null;
            case (null, null, _): throw new StartupException("--grpc-server-tls-client-ca requires a server certificate: add --grpc-server-tls-cert and --grpc-server-tls-key.");
            case (_, null, _): throw new StartupException("--grpc-server-tls-cert requires its private key: add --grpc-server-tls-key.");
            case (null, _, _): throw new StartupException("--grpc-server-tls-key requires its certificate: add --grpc-server-tls-cert.");
        }

        var options = new ServerTlsOptions
        {
            Name = "store",
            CertFile = Certificate,
            KeyFile = Key,
            MaxConnectionAge = MaxConnectionAge,
            MaxConnectionAgeGrace = MaxConnectionAgeGrace,
            CloseOnRotation = CloseOnRotation,
        };
        if (ClientCa is not null)
        {
            // As in Thanos: with a client CA, every client must have a certificate that it verifies.
            options.ClientCaFile.Add(ClientCa);
            options.ClientAuthType = ClientAuthType.RequireAndVerifyClientCert;
        }

        return options;
    }
}
