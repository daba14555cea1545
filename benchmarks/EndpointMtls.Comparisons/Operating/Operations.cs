using EndpointMtls.Benchmarks;

namespace EndpointMtls.Comparisons.Operating;

internal readonly struct FindInDictionary(ChannelCacheBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.Dictionary();
}

internal readonly struct GetChannel(ChannelCacheBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.GetChannel();
}

internal readonly struct ReadField(CertificateCheckBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.VolatileRead();
}

internal readonly struct CheckCertificates(CertificateCheckBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.WithinTheSecondAsync();
}

internal readonly struct LookAtFiles(CertificateCheckBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.AfterTheSecond();
}

internal readonly struct FindRealm(AddressResolutionBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.Find();
}

internal readonly struct GetNewChannel(AddressResolutionBenchmarks benchmarks) : IOperation
{
    public object? Run() => benchmarks.GetChannel();
}
