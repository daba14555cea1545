namespace EndpointMtls.Documents;

/// <summary>The kind of an error or a warning. Tools and tests use it, because the texts may change.</summary>
internal enum ErrorCode
{
    /// <summary>The syntax, encoding, size or depth of the document is not supported.</summary>
    InvalidDocument,

    /// <summary>The document has another purpose, such as a list of targets or a Kubernetes manifest.</summary>
    WrongDocument,

    /// <summary>A key is unknown.</summary>
    UnknownKey,

    /// <summary>A key occurs twice.</summary>
    DuplicateKey,

    /// <summary>A value is a list, a mapping or a single value, where another kind is expected.</summary>
    WrongType,

    /// <summary>A key or a value is missing.</summary>
    Required,

    /// <summary>A value does not have the form that its key requires.</summary>
    InvalidValue,

    /// <summary>A value has the right form, but is too small or too large.</summary>
    OutOfRange,

    /// <summary>A key contradicts another key.</summary>
    Conflict,

    /// <summary>A name or an address already belongs to another realm or server.</summary>
    Duplicate,

    /// <summary>No realm, file or address has this name.</summary>
    NotFound,

    /// <summary>A file cannot be read, or its content cannot be used.</summary>
    UnusableFile,

    /// <summary>A file is missing, empty or being written. Another program may be about to write it.</summary>
    UnwrittenFile,

    /// <summary>A server cannot use the realm that its <c>realm</c> key names.</summary>
    UnusableRealm,

    /// <summary>A reload would remove or change something that a running server uses.</summary>
    InUse,

    /// <summary>A reload would change an address from TLS to plaintext without <c>enabled: false</c>.</summary>
    Downgrade,

    /// <summary>The platform does not support the option.</summary>
    Unsupported,

    /// <summary>Code that configures the options threw an exception.</summary>
    Exception,

    /// <summary>A warning: the key has no effect.</summary>
    NoEffect,

    /// <summary>A warning: the value is allowed, and may cause an outage later.</summary>
    Risky,
}
