using EndpointMtls.Benchmarks;

namespace EndpointMtls.Comparisons.Operating;

/// <summary>The baseline for GetChannel.</summary>
internal readonly struct FindInDictionary(ChannelCacheBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.Dictionary();
}

/// <summary>Gets a known channel.</summary>
internal readonly struct GetChannel(ChannelCacheBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.GetChannel();
}

/// <summary>The baseline for a certificate check.</summary>
internal readonly struct ReadField(CertificateCheckBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.VolatileRead();
}

/// <summary>Checks for changed certificates, less than a second after the last check.</summary>
internal readonly struct CheckCertificates(CertificateCheckBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.WithinTheSecondAsync();
}

/// <summary>The same, a second after the last check.</summary>
internal readonly struct CheckFiles(CertificateCheckBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.AfterTheSecond();
}

/// <summary>Parses an address and finds its realm.</summary>
internal readonly struct FindRealm(AddressResolutionBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.Find();
}

/// <summary>Gets a channel for the first time.</summary>
internal readonly struct GetNewChannel(AddressResolutionBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.GetChannel();
}
