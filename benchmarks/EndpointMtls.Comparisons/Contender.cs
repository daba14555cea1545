namespace EndpointMtls.Comparisons;

/// <summary>One way to make calls to the server.</summary>
internal interface IContender : IAsyncDisposable
{
    /// <summary>The name in the table.</summary>
    string Name { get; }

    /// <summary>Runs a number of callers for a time. Each makes its next call when the last one has returned.</summary>
    Task<Load> RunAsync(int callers, TimeSpan duration, CancellationToken cancellation);
}

/// <summary>The result of one turn.</summary>
internal sealed record Load(long Calls, long Failed, TimeSpan Elapsed, double P50Microseconds, double P99Microseconds);

/// <summary>The address of the server, and the PEM files of a client: the certificate file has the chain.</summary>
internal sealed record Target(string Host, int TlsPort, int PlaintextPort, string CaFile, string CertFile, string KeyFile, string Folder);
