namespace EndpointMtls.InteropTests.Limbo;

/// <summary>What the library decided about a case.</summary>
/// <param name="IsAccepted">Whether it accepted the peer.</param>
/// <param name="WasPresented">Whether OpenSSL presented the certificate in a handshake.</param>
/// <param name="Text">The reason for a rejection.</param>
internal sealed record LimboVerdict(bool IsAccepted, bool WasPresented, string Text);
