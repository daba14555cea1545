namespace EndpointMtls.Tests.Support;

/// <summary>A query that a <see cref="LoopbackDnsServer"/> has received.</summary>
/// <param name="Id">The ID of the query.</param>
/// <param name="Name">The name, without a trailing dot.</param>
/// <param name="Type"><c>A</c>, <c>AAAA</c>, <c>SRV</c> or a number.</param>
/// <param name="OverTcp">Whether it was received over TCP.</param>
/// <param name="PayloadSize">The payload size announced with EDNS; <see langword="null"/> without EDNS.</param>
/// <param name="Question">The bytes of the question.</param>
/// <param name="Bytes">The whole message.</param>
internal sealed record ReceivedQuery(int Id, string Name, string Type, bool OverTcp, int? PayloadSize, byte[] Question, byte[] Bytes)
{
    public int TypeNumber => (Question[^4] << 8) | Question[^3];

    /// <summary>A short form, such as <c>SRV _grpc._tcp.stores.test over UDP with EDNS</c>.</summary>
    public override string ToString() => $"{Type} {Name} over {(OverTcp ? "TCP" : "UDP")}{(PayloadSize is null ? "" : " with EDNS")}";
}
