namespace EndpointMtls.Dns;

/// <summary>The record types that are read.</summary>
internal enum DnsType
{
    A = 1,
    CNAME = 5,
    AAAA = 28,
    SRV = 33,
    OPT = 41,
}
