namespace EndpointMtls.Dns;

/// <summary>The types of records that are read here.</summary>
internal enum DnsType
{
    A = 1,
    CNAME = 5,
    AAAA = 28,
    SRV = 33,
    OPT = 41,
}
