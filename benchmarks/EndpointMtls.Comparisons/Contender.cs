namespace EndpointMtls.Comparisons;

/// <summary>One way to get a call to the server.</summary>
internal interface IContender : IAsyncDisposable
{
    /// <summary>What it is called in the table.</summary>
    string Name { get; }

    /// <summary>Has so many callers call for so long, each again as soon as it was answered.</summary>
    Task<Load> RunAsync(int callers, TimeSpan duration, CancellationToken cancellation);
}

/// <summary>What one stretch of calls came to.</summary>
internal sealed record Load(long Calls, long Failed, TimeSpan Elapsed, double P50Microseconds, double P99Microseconds);

/// <summary>Where the server listens, and the files that a client needs: PEM, the chain of the client's certificate in its file.</summary>
internal sealed record Target(string Host, int TlsPort, int PlaintextPort, string CaFile, string CertFile, string KeyFile, string Folder);
