using System.Net;

namespace EndpointMtls.Dns;

/// <summary>A resource record of the answer section.</summary>
internal abstract record DnsRecord(string Owner, DnsType Type);

/// <summary>An A or AAAA record.</summary>
internal sealed record AddressRecord(string Owner, DnsType Type, IPAddress Address) : DnsRecord(Owner, Type);

/// <summary>A CNAME record.</summary>
internal sealed record AliasRecord(string Owner, string Target) : DnsRecord(Owner, DnsType.CNAME);

/// <summary>An SRV record. An empty target means that the service is not available (RFC 2782).</summary>
internal sealed record ServiceRecord(string Owner, DnsServiceRecord Service) : DnsRecord(Owner, DnsType.SRV);
