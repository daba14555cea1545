namespace EndpointMtls.Dns;

/// <summary>The response code (RCODE) of a DNS response. RFC 1035; RFC 6891 for BADVERS.</summary>
internal enum DnsResponseCode
{
    NoError = 0,
    FormErr = 1,
    ServFail = 2,
    NxDomain = 3,
    NotImp = 4,
    Refused = 5,
    BadVers = 16,
}
