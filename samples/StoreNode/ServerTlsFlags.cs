using EndpointMtls;

namespace StoreNode;

/// <summary>The TLS flags of Thanos, as the options of a server.</summary>
internal sealed record ServerTlsFlags
{
    public string? Certificate { get; init; }

    public string? Key { get; init; }

    public string? ClientCa { get; init; }

    public TimeSpan? MaxConnectionAge { get; init; }

    public TimeSpan? MaxConnectionAgeGrace { get; init; }

    public TimeSpan? CloseOnRotation { get; init; }

    /// <returns>Null, that is plaintext, when no file is given at all.</returns>
    /// <exception cref="StartupException">Something is missing.</exception>
    public ServerTlsOptions? ToOptions()
    {
        switch (Certificate, Key, ClientCa)
        {
            case (null, null, null): return null;
            case (null, null, _): throw new StartupException("--grpc-server-tls-client-ca needs a server certificate: add --grpc-server-tls-cert and --grpc-server-tls-key.");
            case (_, null, _): throw new StartupException("--grpc-server-tls-cert needs its private key: add --grpc-server-tls-key.");
            case (null, _, _): throw new StartupException("--grpc-server-tls-key needs its certificate: add --grpc-server-tls-cert.");
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
            // To Thanos, a client CA means that every client must have a certificate of it.
            options.ClientCaFile.Add(ClientCa);
            options.ClientAuthType = ClientAuthType.RequireAndVerifyClientCert;
        }

        return options;
    }
}
