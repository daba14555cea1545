namespace EndpointMtls.Benchmarks;

/// <summary>The keys of the leaf certificates.</summary>
public enum KeyKind
{
    /// <summary>ECDSA on the curve P-256.</summary>
    Ec,

    /// <summary>RSA of 2048 bits.</summary>
    Rsa,
}
