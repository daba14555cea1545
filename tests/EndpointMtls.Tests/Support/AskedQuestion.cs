namespace EndpointMtls.Tests.Support;

/// <summary>What a <see cref="LoopbackDnsServer"/> was asked, and how.</summary>
/// <param name="Id">The number of the query.</param>
/// <param name="Name">The name, without a trailing dot.</param>
/// <param name="Type"><c>A</c>, <c>AAAA</c>, <c>SRV</c> or a number.</param>
/// <param name="OverTcp">Whether it came over TCP.</param>
/// <param name="PayloadSize">What EDNS says fits into an answer; <see langword="null"/> without EDNS.</param>
/// <param name="Question">The question's bytes.</param>
/// <param name="Bytes">The whole query.</param>
internal sealed record AskedQuestion(int Id, string Name, string Type, bool OverTcp, int? PayloadSize, byte[] Question, byte[] Bytes)
{
    public int TypeNumber => (Question[^4] << 8) | Question[^3];

    /// <summary>In short, as in <c>SRV _grpc._tcp.stores.test over UDP with EDNS</c>.</summary>
    public override string ToString() => $"{Type} {Name} over {(OverTcp ? "TCP" : "UDP")}{(PayloadSize is null ? "" : " with EDNS")}";
}
