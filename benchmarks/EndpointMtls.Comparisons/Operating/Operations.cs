using EndpointMtls.Benchmarks;

namespace EndpointMtls.Comparisons.Operating;

/// <summary>The least there could be in the place of GetChannel.</summary>
internal readonly struct FindInDictionary(ChannelCacheBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.Dictionary();
}

/// <summary>Asks for a channel that is there.</summary>
internal readonly struct GetChannel(ChannelCacheBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.GetChannel();
}

/// <summary>The least there could be in the place of a check.</summary>
internal readonly struct ReadField(CertificateCheckBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.VolatileRead();
}

/// <summary>Asks whether certificates have changed, less than a second after the last look.</summary>
internal readonly struct CheckCertificates(CertificateCheckBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.WithinTheSecondAsync();
}

/// <summary>The same, a second after it.</summary>
internal readonly struct LookAtFiles(CertificateCheckBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.AfterTheSecond();
}

/// <summary>Reads an address and finds its realm.</summary>
internal readonly struct FindRealm(AddressResolutionBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.Find();
}

/// <summary>Asks for a channel that is not there yet.</summary>
internal readonly struct GetNewChannel(AddressResolutionBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.GetChannel();
}
