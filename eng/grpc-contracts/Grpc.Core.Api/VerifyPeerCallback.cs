namespace Grpc.Core;

/// <summary>Decides whether a server is the expected one; any thread may ask.</summary>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);
