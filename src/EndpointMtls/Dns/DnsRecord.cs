using System.Net;

namespace EndpointMtls.Dns;

/// <summary>A record of an answer.</summary>
internal abstract record DnsRecord(string Owner, DnsType Type);

/// <summary>An address, of either family.</summary>
internal sealed record AddressRecord(string Owner, DnsType Type, IPAddress Address) : DnsRecord(Owner, Type);

/// <summary>Another name, under which the rest of the answer stands.</summary>
internal sealed record AliasRecord(string Owner, string Target) : DnsRecord(Owner, DnsType.CNAME);

/// <summary>A place of a service. An empty target says that there is decidedly none.</summary>
internal sealed record ServiceRecord(string Owner, DnsServiceRecord Service) : DnsRecord(Owner, DnsType.SRV);
