namespace EndpointMtls.Documents;

/// <summary>What kind of error or warning a configuration has. Texts may change; codes identify a kind to tools and tests.</summary>
internal enum ErrorCode
{
    /// <summary>The document is not YAML or JSON that is read: its syntax, encoding, size or depth.</summary>
    InvalidDocument,

    /// <summary>The document has another purpose, such as a list of targets or a Kubernetes manifest.</summary>
    WrongDocument,

    /// <summary>A key is not known.</summary>
    UnknownKey,

    /// <summary>A key occurs twice.</summary>
    DuplicateKey,

    /// <summary>A value is a list, a group of keys or a single value where another of these is expected.</summary>
    WrongType,

    /// <summary>A key or a value is missing.</summary>
    Required,

    /// <summary>A value is not in the form that its key has.</summary>
    InvalidValue,

    /// <summary>A value has the right form, and is too small or too large.</summary>
    OutOfRange,

    /// <summary>A key contradicts another key.</summary>
    Conflict,

    /// <summary>A name or an address belongs to another realm or server.</summary>
    Duplicate,

    /// <summary>There is no realm, file or address of that name.</summary>
    NotFound,

    /// <summary>A file cannot be read, or its content cannot be used.</summary>
    UnusableFile,

    /// <summary>A server cannot use the realm that it names.</summary>
    UnusableRealm,

    /// <summary>A reload would change what a running server depends on.</summary>
    InUse,

    /// <summary>A reload would turn TLS into plaintext without saying so.</summary>
    Downgrade,

    /// <summary>The platform does not support the option.</summary>
    Unsupported,

    /// <summary>Code that configures the options threw an exception.</summary>
    Exception,

    /// <summary>A warning: the key has no effect.</summary>
    NoEffect,
}
