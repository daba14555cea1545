using System.Collections.Immutable;
using System.Net;
using EndpointMtls.Addressing;
using FsCheck;
using FsCheck.Fluent;

namespace EndpointMtls.Tests.Support;

/// <summary>Addresses and patterns of few labels, numbers and ports, so that patterns overlap and addresses hit as often as they miss.</summary>
internal static class Generated
{
    private static readonly Gen<string> Names =
        from count in Gen.Choose(1, 3)
        from labels in Gen.Elements("a", "b", "eu").ListOf(count)
        select string.Join('.', labels);

    private static readonly Gen<string> IPv4 =
        from bytes in Gen.Elements(0, 1, 128, 255).ListOf(2)
        select $"10.{bytes[0]}.{bytes[1]}.1";

    private static readonly Gen<string> IPv6 = Gen.Elements("::1", "fd00::1", "fd80::1", "fdff:8000::1", "fe80::1", "fd00:0:0:1::2");

    private static readonly Gen<string> Sockets = Gen.Elements("unix:/run/a", "unix:/run/b.a", "unix:/a");

    private static readonly Gen<string> Networks = Gen.OneOf(
        from ip in IPv4
        from length in Gen.Elements(0, 8, 9, 15, 16, 17, 24, 31, 32)
        select NetworkOf(ip, length),
        from ip in IPv6
        from length in Gen.Elements(0, 8, 9, 16, 17, 64, 127, 128)
        select NetworkOf(ip, length));

    public static readonly Gen<EndpointAddress> Addresses = Gen.Frequency(
        (5, WithPort(Names)),
        (3, WithPort(IPv4)),
        (3, WithPort(Gen.Select(IPv6, ip => $"[{ip}]"))),
        (1, Sockets)).Select(Address);

    public static readonly Gen<AddressPattern> Patterns = Gen.Frequency(
        (3, MaybeWithPort(Names)),
        (3, MaybeWithPort(Gen.Select(Names, name => $"*.{name}"))),
        (2, MaybeWithPort(IPv4)),
        (2, MaybeWithPort(Gen.Select(IPv6, ip => $"[{ip}]"))),
        (4, MaybeWithPort(Gen.Select(Networks, network => network.Contains(':') ? $"[{network}]" : network))),
        (1, Sockets),
        (1, Gen.Elements("*", ":1", "*:2"))).Select(Pattern);

    public static readonly Gen<ImmutableArray<AddressPattern>[]> Realms =
        from count in Gen.Choose(0, 4)
        from realms in Gen.Choose(0, 4).SelectMany(size => Patterns.ListOf(size)).ListOf(count)
        select realms.Select(patterns => patterns.ToImmutableArray()).ToArray();

    public static EndpointAddress Address(string text) =>
        EndpointAddress.TryParse(text, out var address, out var problem) ? address : throw new FormatException($"{text}: {problem}");

    public static AddressPattern Pattern(string text) =>
        AddressPattern.TryParse(text, out var pattern, out var problem) ? pattern : throw new FormatException($"{text}: {problem}");

    private static Gen<string> WithPort(Gen<string> hosts) =>
        from host in hosts
        from port in Gen.Choose(1, 3)
        select $"{host}:{port}";

    private static Gen<string> MaybeWithPort(Gen<string> hosts) => Gen.OneOf(hosts, WithPort(hosts));

    // .NET's parser clears the bits after the prefix, which ours rejects.
    private static string NetworkOf(string ip, int length) => IPNetwork.Parse($"{ip}/{length}").ToString();
}
