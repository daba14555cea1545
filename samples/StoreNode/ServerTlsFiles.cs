namespace StoreNode;

/// <summary>The PEM files of the server; without a client CA no client is asked for a certificate.</summary>
internal sealed record ServerTlsFiles(string Certificate, string Key, string? ClientCa)
{
    /// <returns>Null, that is plaintext, when no file is given at all.</returns>
    public static ServerTlsFiles? From(string? certificate, string? key, string? clientCa) => (certificate, key, clientCa) switch
    {
        (null, null, null) => null,
        (null, null, _) => throw new StartupException("--grpc-server-tls-client-ca needs a server certificate: add --grpc-server-tls-cert and --grpc-server-tls-key."),
        (_, null, _) => throw new StartupException("--grpc-server-tls-cert needs its private key: add --grpc-server-tls-key."),
        (null, _, _) => throw new StartupException("--grpc-server-tls-key needs its certificate: add --grpc-server-tls-cert."),
        _ => new ServerTlsFiles(certificate, key, clientCa),
    };
}
